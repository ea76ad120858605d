import { connect } from 'node:net';

/** What the server answers to bytes on the wire. */
export async function raw(app: { url: string }, text: string | Buffer): Promise<string> {
  const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
  let answer = '';
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => (answer += chunk));
  socket.write(text);
  await new Promise((resolve) => socket.on('close', resolve).on('error', resolve));
  return answer;
}
