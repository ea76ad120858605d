/** What came of something. It is there before there is anything to say, so that screen readers listen, and takes no room. */
export function Outcome({ fault, said }: { fault: string | undefined; said: string }) {
  return (
    <div className="outcome">
      <p role="alert">{fault}</p>
      <p role="status">{said}</p>
    </div>
  );
}
