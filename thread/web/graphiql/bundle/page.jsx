// The GraphiQL page of the service: the editor, and a menu of the example questions in schema/queries.
import React, { useEffect, useState } from "react";
import { createRoot } from "react-dom/client";
import { GraphiQL } from "graphiql";
import { useEditorContext } from "@graphiql/react";
import { createGraphiQLFetcher } from "@graphiql/toolkit";
import "graphiql/graphiql.css";
import "./page.css";

const WELCOME = `# Ask the thread.
# Ctrl-Space completes, Ctrl-Enter runs.
# Left: the schema, your history, example questions.
{
  service {
    version
    backend
    revision
    recordedAt
    entities
    links
  }
}
`;

function Icon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
      <circle cx="12" cy="12" r="9" />
      <path d="M9.5 9.5a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1.9-1.1 1.8" />
      <path d="M12 16.6v.2" />
    </svg>
  );
}

function Questions() {
  const { queryEditor, variableEditor } = useEditorContext({ nonNull: true });
  const [examples, setExamples] = useState([]);
  useEffect(() => {
    fetch("/graphiql/examples.json").then((answer) => answer.json()).then(setExamples);
  }, []);
  const show = (example) => {
    queryEditor?.setValue(example.query);
    variableEditor?.setValue(example.variables);
  };
  return (
    <section aria-label="Example questions">
      <div className="graphiql-doc-explorer-title">Questions</div>
      <ol className="thread-questions">
        {examples.map((example) => (
          <li key={example.name}>
            <button type="button" className="graphiql-un-styled" onClick={() => show(example)}>
              {example.title}
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}

const questions = { title: "Questions", icon: Icon, content: Questions };
const fetcher = createGraphiQLFetcher({ url: "/graphql" });

createRoot(document.getElementById("graphiql")).render(
  <GraphiQL
    fetcher={fetcher}
    defaultQuery={WELCOME}
    plugins={[questions]}
    visiblePlugin={questions}
    defaultEditorToolsVisibility="variables"
  />,
);
