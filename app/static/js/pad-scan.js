// Bar codes through the camera, where the browser can read them; the button stays hidden elsewhere.
const PAUSE = 150;
const SAME_AGAIN = 1500;

export default class PadScan {
  constructor(pad) {
    if (!("BarcodeDetector" in window) || !navigator.mediaDevices?.getUserMedia) return;
    this.pad = pad;
    this.place = pad.querySelector(".o-pad-camera");
    this.video = pad.querySelector("video");
    this.said = pad.querySelector(".o-pad-camera-said");
    const button = pad.querySelector("[data-do=scan]");
    button.hidden = false;
    button.addEventListener("click", () => this.start());
    pad.querySelector("[data-do=stop-scan]").addEventListener("click", () => this.stop());
  }

  async start() {
    this.place.hidden = false;
    this.said.textContent = "";
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      this.video.srcObject = this.stream;
      await this.video.play();
      this.detector = new BarcodeDetector();
      this.look();
    } catch {
      this.said.textContent = this.pad.dataset.noCamera;
    }
  }

  async look() {
    if (!this.stream) return;
    const found = await this.detector.detect(this.video).catch(() => []);
    for (const { rawValue } of found) this.seen(rawValue);
    this.timer = setTimeout(() => this.look(), PAUSE);
  }

  // A code that stays before the camera is one scan.
  seen(code) {
    const now = performance.now();
    const isSame = code === this.last && now - this.at < SAME_AGAIN;
    [this.last, this.at] = [code, now];
    if (isSame) return;
    this.said.textContent = this.pad.dataset.scanned.replace("#", code);
    this.pad.dispatchEvent(new CustomEvent("pad:scan", { detail: code }));
    navigator.vibrate?.(60);
  }

  stop() {
    clearTimeout(this.timer);
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    this.place.hidden = true;
  }

  destroy() {
    if (this.place) this.stop();
  }
}
