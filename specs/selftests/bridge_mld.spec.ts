import { testSourceLists } from './source-lists.ts';

// The network, and the tests, are those of source-lists.ts.
testSourceLists('MLDv2', { version: 6, group: 'ff02::cc', source: (id: number) => `2001:db8:1::${id}` });
