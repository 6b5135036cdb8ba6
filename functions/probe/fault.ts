/** Where our own fault struck: for the operator, never a target's blame. Free of secrets. */
export type FaultContext = {
  what: string;
  org?: string;
  endpointId?: string;
  shard?: string;
  url?: string;
};

/** Takes note of an error of ours; never throws. */
export type OnFault = (error: unknown, context: FaultContext) => void;
