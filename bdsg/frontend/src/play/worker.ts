// The worker of Play, a program of its own: it trains and scores while the page draws.

import { Desk, type Order } from "./desk.ts";

interface WorkerScope {
  onmessage: ((event: MessageEvent<Order>) => void) | null;
  postMessage(message: unknown, transfer: Transferable[]): void;
}

const scope = self as unknown as WorkerScope;
const desk = new Desk();
scope.onmessage = ({ data }) => {
  const report = desk.report(data);
  const { snapshot } = report;
  scope.postMessage(report, snapshot ? [snapshot.points.buffer, snapshot.forces.buffer] : []);
};
