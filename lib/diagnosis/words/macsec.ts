import { namespaceOf, ownName, type WordsOf } from './words.ts';

const DEVICES = { device: 'the MACsec device that gets the frame', sender: 'the MACsec device that sent it' };
const PAIR = { device: 'b/macsec0', sender: 'a/macsec0' } as const;
const SCI = 'of the sender: its MAC address and its port, as 16 hexadecimal digits';
const INACTIVE = '`true` if it is there, and off';

export const macsecWords: WordsOf<'macsec'> = {
  'macsec.no-key': {
    means:
      'The MACsec device has no active secure association to send by (`encodingsa`), so it sends nothing (`macsec_txsa_get`, `macsec_encrypt`).',
    facts: { association: 'the number of the association that it sends by' },
    optional: { inactive: INACTIVE },
    example: { device: 'a/macsec0', association: 0 },
    say: ({ device, association, inactive }) => ({
      text: `${device} sends by the association ${association}, and ${inactive ? 'that is off' : 'has none of that number'}`,
      hint: `on ${namespaceOf(device)}: ip macsec ${inactive ? `set ${ownName(device)} tx sa ${association} on` : `add ${ownName(device)} tx sa ${association} pn 1 on key …`}`,
    }),
  },
  'macsec.no-channel': {
    means:
      'The MACsec device that gets the frame has no receive channel for the identifier (SCI) of the sender (`find_rx_sc`). It drops what is encrypted, ' +
      'and with `validate: "strict"` what is signed.',
    facts: { ...DEVICES, sci: SCI },
    example: { ...PAIR, sci: '0200000000640001' },
    say: ({ device, sender, sci }) => ({
      text: `${device} has no receive channel for ${sciWords(sci)}, by which ${sender} sends`,
      hint: `on ${namespaceOf(device)}: ip macsec add ${ownName(device)} rx sci ${sci}`,
    }),
  },
  'macsec.no-association': {
    means:
      'The MACsec device that gets the frame has a receive channel for the sender, and no active association of the number in the frame (`macsec_rxsa_get`).',
    facts: { ...DEVICES, sci: SCI, association: 'the number in the frame' },
    optional: { inactive: INACTIVE },
    example: { ...PAIR, sci: '0200000000640001', association: 0 },
    say: ({ device, sender, sci, association, inactive }) => ({
      text: `${sender} sends by the association ${association}, and the receive channel of ${device} for it ${inactive ? 'has that off' : 'has none of that number'}`,
      hint: `on ${namespaceOf(device)}: ip macsec ${inactive ? 'set' : 'add'} ${ownName(device)} rx sci ${sci} sa ${association} ${inactive ? 'on' : 'pn 1 on key …'}`,
    }),
  },
  'macsec.mismatch': {
    means:
      'The two MACsec devices have different settings, so neither can check the frames of the other (`macsec_decrypt`).',
    facts: { ...DEVICES, option: 'the setting', has: 'its value at `device`', needs: 'its value at `sender`' },
    example: { ...PAIR, option: 'icvlen', has: 8, needs: 16 },
    say: ({ device, sender, option, has, needs }) => ({
      text: `${device} and ${sender} have different settings: ${option} is ${has} and ${needs}`,
      hint: `both ends need the same ${option}`,
    }),
  },
  'macsec.replay': {
    means:
      'The MACsec device that gets the frame has `replay` on, and the packet number of the frame is below those that it still accepts (`macsec_handle_frame`).',
    facts: { ...DEVICES, number: 'the packet number of the frame', lowest: 'the lowest number that `device` accepts' },
    example: { ...PAIR, number: 4, lowest: 1000 },
    say: ({ device, sender, number, lowest }) => ({
      text: `${device} refuses the packet number ${number} of ${sender}: with replay it accepts none below ${lowest}`,
      hint: `start both ends at one number (pn), or set({ window: … }) on ${device}`,
    }),
  },
  'macsec.other-key': {
    means:
      'The MACsec device that gets the frame counts frames of the sender that its key does not fit (`InPktsNotValid`, `macsec_decrypt`). The kernel tells nobody the keys.',
    facts: DEVICES,
    example: PAIR,
    say: ({ device, sender }) => ({
      text: `the frames of ${sender} do not fit the key that ${device} has for it (InPktsNotValid)`,
      hint: `give both ends the same key; on ${namespaceOf(device)}: ip -s macsec show ${ownName(device)}`,
    }),
  },
  'macsec.untagged': {
    means:
      'A frame without a MACsec tag came to the device below a MACsec device with `validate: "strict"`, which drops such frames (`handle_not_macsec`).',
    facts: { device: 'the MACsec device' },
    example: { device: 'b/macsec0' },
    say: ({ device }) => ({
      text: `${device} accepts only frames with a MACsec tag (validate strict), and this one has none`,
      hint: `the sender needs a MACsec device with protect on; or set({ validate: 'check' }) on ${device}`,
    }),
  },
  'macsec.no-device': {
    means: 'A MACsec frame came to a device that has no MACsec device on top of it, so no protocol takes the frame.',
    facts: { device: 'that got the frame', sender: DEVICES.sender },
    example: { device: 'b/eth0', sender: 'a/macsec0' },
    say: ({ device, sender }) => ({
      text: `${sender} sends MACsec frames, and no MACsec device is on top of ${device}`,
      hint: `make one with parent ${device}, and give both ends keys`,
    }),
  },
};

/** `02:00:00:00:00:64 port 1` */
function sciWords(sci: string): string {
  const mac = sci.slice(0, 12).replaceAll(/(..)(?!$)/g, '$1:');
  return `${mac} port ${Number.parseInt(sci.slice(12), 16)}`;
}
