// The line that says what happens, for the eye and for screen readers. It changes only when a person acts or a training
// ends, so that a screen reader is not flooded while the network trains.

/** Shows a sentence in the status line. @param {string} sentence */
export function say(sentence) {
    const line = document.getElementById("status");
    if (line && line.textContent !== sentence) line.textContent = sentence;
}
