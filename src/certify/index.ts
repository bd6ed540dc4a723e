export { type Collapse, demonstrateCollapse } from "./demonstrate-collapse.ts";
