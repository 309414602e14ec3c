import type { TaskError } from "../views.ts";
import { Icon } from "../icons.tsx";
import { say } from "../notices.tsx";
import { errorText } from "../error-text.ts";
import { useWork } from "../use-work.ts";

/** What went wrong: in the author's words, with the details given, and the author's own line. */
export function ErrorCard({ error }: { error: TaskError }) {
  const { title, detail, context, source, code } = error;
  const copy = useWork(async () => {
    await navigator.clipboard.writeText(errorText(error));
    say("Copied.", "done");
  });
  return (
    <section class="error-card" aria-label="What went wrong">
      <h4>
        <Icon name="failed" />
        {title}
      </h4>
      {detail !== title && <p class="error-detail">{detail}</p>}
      {context.length > 0 && (
        <dl class="facts">
          {context.map(({ label, value }, index) => (
            <FactRow key={index} label={label} value={value} />
          ))}
        </dl>
      )}
      {source !== null && (
        <figure class="source">
          <figcaption class="mono">
            {source.file}:{source.line}
            {source.inline !== undefined && ` (in the hook: line ${source.inline.line})`}
          </figcaption>
          {source.snippet !== undefined && (
            <pre tabindex={0}>
              <code>{source.snippet}</code>
            </pre>
          )}
        </figure>
      )}
      <p class="error-foot">
        <span class="mono muted">{code}</span>
        <button type="button" class="button quiet small" onClick={copy.start}>
          <Icon name="copy" />
          Copy
        </button>
      </p>
    </section>
  );
}

function FactRow({ label, value }: TaskError["context"][number]) {
  return (
    <>
      <dt>{label}</dt>
      <dd>{typeof value === "string" ? value : JSON.stringify(value)}</dd>
    </>
  );
}
