// The form of the front page: calls the server as any program would, and shows the call and its answer.
const calls = {
  register: ({ email, password, name }) => ['POST', 'register', { email, password, ...(name && { name }) }],
  login: ({ email, password }) => ['POST', 'login', { email, password }],
  me: () => ['GET', 'me'],
  logout: () => ['POST', 'logout', {}],
};

const form = document.querySelector('form');
const shown = document.querySelector('[role=status]');

form.addEventListener('submit', (event) => {
  event.preventDefault();
  void send(event);
});

async function send(event) {
  const [method, name, input] = calls[event.submitter.name](Object.fromEntries(new FormData(form)));
  const path = `/api/auth/${name}`;
  const said = input && JSON.stringify({ ...input, ...(input.password && { password: '…' }) }, undefined, 2);
  shown.textContent = [`${method} ${path}`, said].filter(Boolean).join('\n');
  try {
    const answer = await fetch(path, {
      method,
      headers: input ? { 'content-type': 'application/json' } : {},
      body: input && JSON.stringify(input),
    });
    shown.textContent += `\n\n${answer.status}\n${JSON.stringify(await answer.json(), undefined, 2)}`;
  } catch {
    shown.textContent += '\n\nNo answer. Does the server run still?';
  }
}
