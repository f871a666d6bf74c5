import { render } from "preact";
import { Conversation, type Happening } from "./conversation";
import { ATTRIBUTES, type Options, readOptions } from "./options";
import { Service } from "./service";
import { Session } from "./storage";
import answerStyles from "./style/answer.css";
import baseStyles from "./style/base.css";
import cardStyles from "./style/card.css";
import forcedStyles from "./style/forced.css";
import panelStyles from "./style/panel.css";
import themeStyles from "./style/theme.css";
import { App } from "./view/App";

let scriptBase = document.baseURI;

/** Where the script came from; the service is there unless data-service says otherwise. */
export function setScriptBase(address: string): void {
  scriptBase = address;
}

let sheets: CSSStyleSheet[] | undefined;

/** Constructable style sheets: shared by all elements, and allowed under `style-src 'self'`. */
function styleSheets(): CSSStyleSheet[] {
  sheets ??= [themeStyles, baseStyles, panelStyles, answerStyles, cardStyles, forcedStyles].map((text) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    return sheet;
  });
  return sheets;
}

interface Parts {
  options: Options;
  service: Service;
  session: Session;
  conversation: Conversation;
}

/** `<kilde-chat>`: the widget as an element of the host page, which may open, close, ask and reset it. */
export class KildeChat extends HTMLElement {
  static readonly observedAttributes = ATTRIBUTES;

  private parts: Parts | null = null;
  private shown = false;

  connectedCallback(): void {
    if (!this.shadowRoot) this.attachShadow({ mode: "open" }).adoptedStyleSheets = styleSheets();
    this.parts ??= this.assemble();
    this.draw();
  }

  disconnectedCallback(): void {
    if (this.shadowRoot) render(null, this.shadowRoot);
  }

  attributeChangedCallback(): void {
    if (!this.parts) return;
    this.parts.options = readOptions(this.dataset, scriptBase);
    this.draw();
  }

  open(): void {
    this.show(true);
  }

  close(): void {
    this.show(false);
  }

  /** Open the panel and ask. Resolves when the answer is complete, stopped or failed. */
  async ask(question: string): Promise<void> {
    this.open();
    await this.parts?.conversation.ask(question);
  }

  /** Forget the conversation and begin a new one. */
  reset(): void {
    this.parts?.conversation.reset();
  }

  private assemble(): Parts {
    const options = readOptions(this.dataset, scriptBase);
    const service = new Service(options.service, options.site);
    const session = new Session(options.service, this.id);
    const tell = <Name extends keyof Happening>(name: Name, detail: Happening[Name]) => this.tell(name, detail);
    const conversation = new Conversation(service, (snapshot) => session.keep(snapshot), tell, session.snapshot);
    conversation.watch(() => this.draw());
    this.shown = session.open || "open" in this.dataset;
    return { options, service, session, conversation };
  }

  private show(shown: boolean): void {
    if (!this.parts || this.parts.options.mode === "page" || shown === this.shown) return;
    this.shown = shown;
    this.parts.session.keepOpen(shown);
    this.draw();
    this.tell(shown ? "open" : "close", null);
  }

  private tell(name: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(`kilde:${name}`, { detail, bubbles: true, composed: true }));
  }

  private draw(): void {
    if (!this.parts || !this.shadowRoot || !this.isConnected) return;
    const { options, service, conversation } = this.parts;
    this.shadowRoot.host.classList.toggle("page", options.mode === "page");
    render(
      <App
        options={options}
        service={service}
        conversation={conversation}
        snapshot={conversation.current}
        open={this.shown}
        onOpen={() => this.open()}
        onClose={() => this.close()}
        onCitation={(citation) => this.tell("citation", citation)}
      />,
      this.shadowRoot,
    );
  }
}
