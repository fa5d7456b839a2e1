import { checkBoolean, checkOptions } from '../base/validate.ts';

export interface DrawOptions {
  /** Whether each device's IP addresses are in the drawing. @default false */
  addresses?: boolean;
}

export function checkDrawOptions(call: string, options: DrawOptions): DrawOptions {
  checkOptions(call, options, ['addresses']);
  checkBoolean(call, 'addresses', options.addresses);
  return options;
}
