/** What a cost or a peak rests on and can't be measured or read here: all of it, so that it can be doubted in one place. */

/** Round trips of AWS's calls, ms: within a region, and to another continent. */
export const CALL_MS = { near: 10, far: 100 } as const;

/** From here on a Lambda function has a whole CPU; below, its part. A CPU of Lambda counts as one of this machine. */
export const MEMORY_OF_A_CPU_MB = 1_769;

/** What an event source asks an empty queue: five long polls of 20 s side by side. */
export const POLLS_A_MINUTE = 5 * 3;

/** Packets of one HTTPS check from us, without their payload: SYN, acknowledgements, FIN; 40 bytes of IPv4 and TCP each. */
export const PACKET_BYTES_PER_CHECK = 12 * 40;

/** Signature, headers and the answer of a call to home, in bytes. */
export const CALL_BYTES = 2_000;

/** How long Timestream keeps records in memory, hours. */
export const TIMESTREAM_MEMORY_HOURS = 12;

/** How long an environment of Lambda lives, in hours, before it is replaced: then the next start is a cold one. */
export const ENVIRONMENT_HOURS = 2;

export const ASSUMPTIONS =
  `Assumed: a call of AWS takes ${CALL_MS.near} ms within a region, ${CALL_MS.far} ms to another; ` +
  `${MEMORY_OF_A_CPU_MB} MB are one CPU of this machine, less memory its part; an event source polls an empty queue ${POLLS_A_MINUTE} times a minute; ` +
  `an environment lives ${ENVIRONMENT_HOURS} h; invocations of a region go to its environments at random; all intervals are a minute.`;
