import { checkOptions, wrongOption } from '../base/validate.ts';
import type { ContainerDescription } from './started-container.ts';

/** A Dockerfile to build an image from, with `docker build`. */
export interface Dockerfile {
  /** The folder that its COPYs are from. */
  context: string;
  /** Its path in that folder. @default 'Dockerfile' */
  dockerfile?: string;
  /** The values of its ARGs. */
  buildArgs?: Record<string, string>;
}

/** What a container is made from: an image's name, a Dockerfile, or testcontainers' description of it all. */
export type ContainerImage = string | Dockerfile | ContainerDescription;

const EXPECTED = "an image's name, { context } of a Dockerfile, or a GenericContainer of testcontainers";

/** Checks as far as can be before testcontainers is loaded. */
export function checkImage(call: string, image: unknown): void {
  if (typeof image === 'string' && image !== '') return;
  if (typeof image !== 'object' || image === null || Array.isArray(image)) {
    throw wrongOption(call, 'image', EXPECTED, image);
  }
  // Another copy of testcontainers has a GenericContainer of its own, so its class is no way to tell.
  if ('start' in image) return;
  checkOptions(call, image, ['context', 'dockerfile', 'buildArgs']);
  if (!('context' in image) || typeof image.context !== 'string') {
    throw wrongOption(call, 'image', EXPECTED, image);
  }
}
