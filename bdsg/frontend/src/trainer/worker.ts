// The worker that trains B(z): protocol.ts says what it understands.

import { type Message, Session, transferable } from "./protocol.ts";

interface WorkerScope {
  onmessage: ((event: MessageEvent<Message>) => void) | null;
  postMessage(message: unknown, transfer: Transferable[]): void;
}

const scope = self as unknown as WorkerScope;
const session = new Session();
scope.onmessage = ({ data }) => {
  const answer = session.answer(data);
  scope.postMessage(answer, transferable(answer));
};
