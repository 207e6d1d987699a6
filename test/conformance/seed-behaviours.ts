/** Where a behaviour of the source system is proven for this one, or why it is not ours. */
export type Place = 'conformance' | `test/${string}` | `not ours: ${string}`;

const checkpoints = 'test/checkpoints/checkpoints.test.ts';
const hibernate = 'test/agents/hibernate.test.ts';
const thaw = 'test/agents/thaw.test.ts';
const helpers = 'test/journal/thread.test.ts';
const damage = 'test/journal/corruption.test.ts';
const migrations = 'test/schema/migrations.test.ts';
const faults = 'test/faults/cut-connection.test.ts';
const noConfig = 'not ours: a journal is constructed on the host’s ORM, there is no storage config to normalise';
const noManifest = 'not ours: there is no scheduler, and a checkpoint is put whole';
const property = 'not ours: an agent holds its thread as a property, `agent.thread ??= newThread()`';
const noTtl = 'not ours: entries do not expire, the host deletes threads';

/** How many behaviours each table of the source system lists. */
export const tables: Readonly<Record<string, number>> = {
  E: 30,
  F: 27,
  R: 38,
  N: 4,
  P: 32,
  H: 20,
  X: 18,
  XP: 2,
  XM: 5,
  T: 34,
  TN: 4,
  TA: 17,
  JZ: 13,
};

/** What these three test is how ETS keeps its tables alive and how Redis lays a thread out under one key. */
export const skipped: readonly string[] = ['E29', 'E30', 'R14'];

const places: readonly (readonly [labels: string, place: Place])[] = [
  ['E1 E2', noConfig],
  ['E3 E4 E5 E6 E7 E8 E28', checkpoints],
  ['E9 E10 E11 E12 E13 E14 E15 E16 E17 E18 E19 E20 E21 E22 E23 E24 E25 E26', 'conformance'],
  ['E27', migrations],
  ['F1 F2 F3 F4 F5 F22', checkpoints],
  ['F6 F7 F8 F9 F10 F11 F12 F13 F14 F15 F16 F23 F24 F25 F26 F27', 'conformance'],
  ['F17 F18 F19 F20 F21', damage],
  ['R1 R2 R3 R4 R5 R7 R8 R29 R31 R35 R36', checkpoints],
  ['R6 R22', noTtl],
  ['R9 R10 R13 R15 R16 R17 R18 R19 R20 R21 R24 R27 R28 R32', 'conformance'],
  ['R11 R12 R25 R26 R37', damage],
  ['R23 R38', faults],
  ['R30 R34', migrations],
  ['R33', noConfig],
  ['N1 N2', checkpoints],
  ['N3 N4', 'conformance'],
  ['X1 X18', checkpoints],
  ['X2 X3', migrations],
  ['X4', faults],
  ['X5 X11 X12 X13 X14 X16 X17', damage],
  ['X6', 'test/contention/contention.test.ts'],
  ['X7 X8 X9 X10', 'conformance'],
  ['X15', 'not ours: stored entries have one form, their columns'],
  ['XM1 XM2 XM3 XM4 XM5', migrations],
  ['T1 T2 T3 T4 T5 T6 T7 T8 T9 T10 T11 T12 T13 T14 T15 T16 T17 T18 T19 T20 T21 T22 T23 T24', helpers],
  ['T25', 'not ours: an absent thread is undefined, and its entries are the caller’s `thread?.entries ?? []`'],
  ['T26 T27 T28 T29 T30 T31 T32 T33 T34', helpers],
  ['TN1 TN2 TN3 TN4', helpers],
  ['TA10 TA13 TA14', helpers],
  ['TA1 TA2 TA3 TA4 TA5 TA6 TA7 TA8 TA9 TA11 TA12 TA15 TA16 TA17', property],
  ['JZ1 JZ2 JZ3 JZ4 JZ6 JZ8 JZ9', 'conformance'],
  ['JZ5 JZ7', checkpoints],
  ['P1 P2 P3 P4 P5 P6 P7 P8 P9 P24 P30 P31 P32', hibernate],
  ['P10 P11 P12 P13 P14 P15 P16 P17 P18 P19 P20 P21 P22 P23 P25 P26 P29', thaw],
  ['P27 P28', noManifest],
  ['H15 H17 H18 XP2', hibernate],
  ['H1 H2 H3 H4 H5 H6 H7 H8 H9 H10 H11 H12 H13 H14 H16 H19 H20 XP1', thaw],
  ['JZ10 JZ11 JZ12 JZ13', damage],
];

export const seedBehaviours: readonly (readonly [label: string, place: Place])[] = places.flatMap(([labels, place]) =>
  labels.split(' ').map(label => [label, place] as const),
);
