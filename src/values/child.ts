import type { Frame } from './frame.ts';
import type { Walk } from './walk.ts';

/** The child a frame looks at. Never runs a getter: a property that has one is refused. */
export function childOf(walk: Walk, frame: Frame): unknown {
  switch (frame.tag) {
    case 'Map':
    case 'Set':
      return frame.parts[frame.at];
    case 'Array':
      return elementOf(walk, frame.value, frame.at);
    case 'Object':
    case 'null':
      return propertyOf(walk, frame.value, String(frame.parts[frame.at]));
    default:
      return frame.tag satisfies never;
  }
}

function propertyOf(walk: Walk, holder: object, name: string): unknown {
  if (name === '__proto__') walk.protoPath ??= walk.path();
  return dataOf(walk, Object.getOwnPropertyDescriptor(holder, name));
}

function elementOf(walk: Walk, array: object, index: number): unknown {
  const descriptor = Object.getOwnPropertyDescriptor(array, index);
  // A hole: like undefined, it is something JSON cannot say.
  return descriptor === undefined ? undefined : dataOf(walk, descriptor);
}

function dataOf(walk: Walk, descriptor: PropertyDescriptor | undefined): unknown {
  if (descriptor === undefined || !('value' in descriptor)) throw walk.refusal('is an accessor (get or set)');
  if (descriptor.enumerable !== true) throw walk.refusal('is a property that is not enumerable, and would be lost');
  return descriptor.value;
}
