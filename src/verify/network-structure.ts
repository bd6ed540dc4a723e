import { type LossProgram, type Node, operations, topologicalOrder } from "../program/index.ts";
import { type LossForm, lossForm } from "./loss-form.ts";
import { orderOfVanishing } from "./order-of-vanishing.ts";
import { countUses, type LastHiddenLayer, lastHiddenLayer, type OutputLayer, outputLayer } from "./output-layer.ts";

/** What the theorems look at, read off a loss program once. */
export interface NetworkStructure {
  readonly loss: LossProgram;
  readonly form: LossForm;
  readonly outputCount: number;
  readonly output: OutputLayer | null;
  readonly hidden: LastHiddenLayer | null;
  /** Order of vanishing of f at θ = 0; null when an operation may leave its domain. */
  readonly order: number | null;
  /** The same for f − c, c the output bias. */
  readonly orderWithoutBias: number | null;
  /** Operations at which the loss is piecewise, empty when it is analytic on all of parameter space. */
  readonly kinked: readonly string[];
  /** Operations whose domain is not all of R. */
  readonly restricted: readonly string[];
  /** Whether some tensor of the model is not trained. */
  readonly frozen: boolean;
}

export function networkStructure(loss: LossProgram): NetworkStructure {
  const uses = countUses(loss);
  const trained = new Set(loss.parameters.map((x) => x.node));
  const output = loss.outputs ? outputLayer(loss, uses) : null;
  const nodes = topologicalOrder([loss.sampleLosses]);
  return {
    loss,
    form: lossForm(loss),
    outputCount: loss.outputCount,
    output,
    hidden: output && lastHiddenLayer(loss, output, uses),
    order: loss.outputs && orderOfVanishing(loss.outputs, trained),
    orderWithoutBias: output && orderOfVanishing(output.linearPart, trained),
    kinked: opNames(nodes, (n) => operations[n.op].analyticity === "kinked"),
    restricted: opNames(nodes, (n) => operations[n.op].analyticity === "domain"),
    frozen: nodes.some((n) => n.op === "input" && n.attributes.role === "frozen"),
  };
}

function opNames(nodes: readonly Node[], keep: (node: Node) => boolean): string[] {
  return [...new Set(nodes.filter(keep).map((n) => n.op))];
}
