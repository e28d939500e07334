// The summary of errors takes the focus when the form comes back.
export default class ErrorFocus {
  constructor(summary) {
    summary.focus();
  }
}
