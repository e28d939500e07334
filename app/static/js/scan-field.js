// A field that keyboard scanners write into stays ready for the next scan; the camera fills and sends it, too.
const PAUSE = 150;

export default class ScanField {
  constructor(place) {
    this.place = place;
    this.form = place.closest("form");
    this.field = place.querySelector("input[name=code]");
    this.field.focus();
    this.field.select();
    if (!("BarcodeDetector" in window) || !navigator.mediaDevices?.getUserMedia) return;
    this.camera = place.querySelector(".w-camera");
    this.video = place.querySelector("video");
    this.said = place.querySelector(".w-camera-said");
    const button = place.querySelector("[data-do=scan]");
    button.hidden = false;
    button.addEventListener("click", () => this.start());
    place.querySelector("[data-do=stop-scan]").addEventListener("click", () => this.stop());
  }

  async start() {
    this.camera.hidden = false;
    this.said.textContent = "";
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      this.video.srcObject = this.stream;
      await this.video.play();
      this.detector = new BarcodeDetector();
      this.look();
    } catch {
      this.said.textContent = this.place.dataset.noCamera;
    }
  }

  async look() {
    if (!this.stream) return;
    const [found] = await this.detector.detect(this.video).catch(() => []);
    if (!found) {
      this.timer = setTimeout(() => this.look(), PAUSE);
      return;
    }
    navigator.vibrate?.(60);
    this.said.textContent = this.place.dataset.scanned.replace("#", found.rawValue);
    this.field.value = found.rawValue;
    this.stop();
    this.form.requestSubmit();
  }

  stop() {
    clearTimeout(this.timer);
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    this.camera.hidden = true;
  }

  destroy() {
    if (this.camera) this.stop();
  }
}
