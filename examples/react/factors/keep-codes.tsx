import { createContext, use, useEffect, useId, useRef, useState } from 'react';
import type { ReactNode } from 'react';

/** Shows recovery codes, which are never shown again, until somebody says that they are kept. */
const ShowCodes = createContext<(codes: string[] | undefined) => void>(() => {});

export const useShowCodes = (): ((codes: string[] | undefined) => void) => use(ShowCodes);

/** Around all pages, since a page may be gone once its answer has come. */
export function KeepCodes({ children }: { children: ReactNode }) {
  const [codes, setCodes] = useState<string[]>();
  return (
    <ShowCodes value={setCodes}>
      {children}
      {codes && <CodesDialog key={codes.join()} codes={codes} kept={() => setCodes(undefined)} />}
    </ShowCodes>
  );
}

function CodesDialog({ codes, kept }: { codes: string[]; kept: () => void }) {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const [isCopied, setCopied] = useState(false);
  const show = (): void => {
    if (!dialog.current?.open) dialog.current?.showModal();
  };
  useEffect(show, []);
  const close = (): void => {
    kept();
    // Gives the focus back.
    dialog.current?.close();
  };
  return (
    // Browsers close it at the second Escape, whatever a page says to the first: then it is opened again.
    <dialog ref={dialog} aria-labelledby={id} onCancel={(event) => event.preventDefault()} onClose={show}>
      <h2 id={id}>Your recovery codes</h2>
      <p>Each lets you in once when your phone is lost. Keep them somewhere else. They are not shown again.</p>
      <ul className="codes">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <div className="buttons">
        <button type="button" className="plain" onClick={() => void copy(codes).then(setCopied)}>
          {isCopied ? 'Copied' : 'Copy them'}
        </button>
        <button type="button" onClick={close}>
          I have kept them
        </button>
      </div>
    </dialog>
  );
}

/** Whether they are in the clipboard, which a browser may refuse. */
const copy = async (codes: string[]): Promise<boolean> =>
  await navigator.clipboard.writeText(codes.join('\n')).then(
    () => true,
    () => false,
  );
