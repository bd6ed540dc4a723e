import { add, sameShape, showShape } from "../../program/index.ts";
import { type LayerContext, type PlannedLayer, refuse } from "../layer.ts";

/** y = x + body(x). */
export function residual(body: PlannedLayer, context: LayerContext): PlannedLayer {
  const { shape } = context.input;
  if (!sameShape(shape, body.output.shape)) {
    refuse(context, `adds ${showShape(body.output.shape)} to ${showShape(shape)}; its layers must keep the shape`);
  }
  return { output: body.output, apply: (x, tensor) => add(x, body.apply(x, tensor)) };
}
