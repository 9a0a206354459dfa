import { hear } from './live.js';

/** The buzzer. It is heard only after the user's first click or key, as browsers allow no sound before. */

const KEPT_AS = 'guitai.sound';
const mute = document.querySelector('#mute');
let audio = null;
let loud = localStorage.getItem(KEPT_AS) !== 'off';

export function playSounds() {
  show();
  mute.addEventListener('click', () => {
    loud = !loud;
    localStorage.setItem(KEPT_AS, loud ? 'on' : 'off');
    show();
  });
  for (const gesture of ['pointerdown', 'keydown']) document.addEventListener(gesture, wake, { once: true });
  hear('sound', ({ sound }) => {
    if (sound.sound === 'beep') beep(sound.hz ?? 2700, sound.duration_ms);
  });
}

function show() {
  mute.setAttribute('aria-pressed', String(loud));
}

function wake() {
  audio ??= new AudioContext();
}

function beep(hz, duration_ms) {
  if (audio === null || !loud) return;
  const [tone, volume] = [audio.createOscillator(), audio.createGain()];
  const end = audio.currentTime + duration_ms / 1000;
  tone.type = 'square';
  tone.frequency.value = hz;
  // Fades out within 4 ms: a tone that stops abruptly clicks.
  volume.gain.setValueAtTime(0.05, audio.currentTime);
  volume.gain.setValueAtTime(0.05, Math.max(audio.currentTime, end - 0.004));
  volume.gain.linearRampToValueAtTime(0, end);
  tone.connect(volume).connect(audio.destination);
  tone.start();
  tone.stop(end);
}
