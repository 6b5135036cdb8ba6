import { type AlertState, isTroubled } from "../../core/alert/state.ts";
import type { AlertStore, AlertWrite, Versioned } from "../../core/ports.ts";
import { document, number, text } from "./column.ts";
import type { Connection, Row } from "./connection.ts";

/** A gate that ends this much later than one opened now was opened before the clock was set back: it holds nobody. */
const CLOCK_SET_BACK_MS = 60_000;

/** The column `troubled`: 0 no, 1 yes, 2 with effects still to be carried out. */
const troubledCode = (state: AlertState): number =>
  state.effects.length > 0 ? 2 : Number(isTroubled(state));

const versionedFrom = (row: Row): Versioned<AlertState> => ({
  version: number(row[0]),
  value: document<AlertState>(row[1]),
});

/**
 * Alert state in SQLite: created as version 1, one more with each write. A write that
 * adds, claims or clears effects survives a power cut too; what else a power cut may take is rebuilt from the
 * next ticks.
 */
export function makeAlerts(db: Connection): AlertStore {
  const one = db.query("SELECT version, state FROM alerts WHERE org = ? AND endpoint = ?");
  const create = db.query("INSERT INTO alerts VALUES (?, ?, 1, ?, ?) ON CONFLICT DO NOTHING");
  const replace = db.query(
    `UPDATE alerts SET version = version + 1, troubled = ?, state = ?
     WHERE org = ? AND endpoint = ? AND version = ?`,
  );
  const troubled = db.query("SELECT org, endpoint FROM alerts WHERE troubled > 0 ORDER BY org, endpoint");
  const unsent = db.query(
    "SELECT version, state FROM alerts WHERE troubled = 2 AND org = ? ORDER BY endpoint LIMIT ?",
  );
  const hadEffects = db.query("SELECT 1 FROM alerts WHERE org = ? AND endpoint = ? AND troubled = 2");
  const drop = db.query("DELETE FROM alerts WHERE org = ? AND endpoint = ?");
  const gate = db.query(
    `INSERT INTO gates VALUES (?1, ?2, ?4)
     ON CONFLICT DO UPDATE SET until = excluded.until WHERE until <= ?3 OR until > ?4 + ${CLOCK_SET_BACK_MS}`,
  );

  function get(org: string, endpointId: string): Versioned<AlertState> | null {
    const row = one.get(org, endpointId);
    return row === undefined ? null : versionedFrom(row);
  }

  function put({ state, expected }: AlertWrite): boolean {
    const flag = troubledCode(state);
    const body = JSON.stringify(state);
    const { org, endpointId } = state;
    if (expected === null) return create.run(org, endpointId, flag, body) === 1;
    return replace.run(flag, body, org, endpointId, expected) === 1;
  }

  const touchesEffects = ({ state }: AlertWrite): boolean =>
    state.effects.length > 0 || hadEffects.get(state.org, state.endpointId) !== undefined;

  return {
    get: async (org, endpointId) => db.read(() => get(org, endpointId)),

    async getMany(org, endpointIds) {
      return db.read(() => {
        const found = endpointIds.map((id) => [id, get(org, id)] as const);
        return new Map(found.flatMap(([id, state]) => (state === null ? [] : [[id, state] as const])));
      });
    },

    async putMany(writes) {
      if (writes.length === 0) return { conflicts: [] };
      const durability = db.read(() => writes.some(touchesEffects)) ? "power" : "process";
      const refused = db.write(() => writes.filter((write) => !put(write)), durability);
      return { conflicts: refused.map(({ state }) => state.endpointId) };
    },

    async *troubled() {
      const rows = db.read(() => troubled.all());
      if (rows.length > 0)
        yield rows.map(([org, endpointId]) => ({ org: text(org), endpointId: text(endpointId) }));
    },

    unsent: async (org, limit) => db.read(() => unsent.all(org, limit).map(versionedFrom)),

    async remove(org, endpointId) {
      db.write(() => drop.run(org, endpointId), "power");
    },

    openGate: async (org, kind, now, until) => db.write(() => gate.run(org, kind, now, until) === 1),
  };
}
