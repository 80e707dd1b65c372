import { defineWorkload } from 'tornwire';
import { roomStack, roomWindows, workingRoom } from '../../fixtures/stack.ts';

const CLOSE_TO = { min: -20, max: 400 };
const SIZE = { min: 1, max: 200 };

export default defineWorkload({
  title: 'room, bridge and desktop show the same windows, whoever changes them and whatever breaks',
  system: roomStack(),
  begin: (script) => workingRoom(script),
  operations: (operation) => ({
    'a peer adds a window': operation({
      weight: 3,
      arguments: (any) => ({
        type: any.oneOf('life', 'clock', 'a.b-c_1'),
        x: any.whole(CLOSE_TO),
        w: any.whole(SIZE),
        title: any.text({ longest: 256 }),
      }),
      run: ({ change, newKey }, { type, x, w, title }) => change({ add: [{ key: newKey(), type, x, y: x, w, h: w, title }] }),
    }),
    'a peer adds what may be refused': operation({
      answers: ['ok', 'refused'],
      arguments: (any) => ({
        type: any.text({ longest: 80 }),
        x: any.whole({ min: -100_001, max: 100_001 }),
        w: any.whole({ max: 100_001 }),
      }),
      run: ({ change, newKey }, { type, x, w }) => change({ add: [{ key: newKey(), type, x, y: 0, w, h: 1 }] }),
    }),
    'a peer moves a window': operation({
      weight: 2,
      arguments: (any) => ({ which: any.which(), x: any.whole(CLOSE_TO), y: any.whole(CLOSE_TO) }),
      async run({ change, keyOf }, { which, x, y }) {
        const key = await keyOf(which);
        if (key !== undefined) await change({ update: [{ key, x, y }] });
      },
    }),
    'a peer changes the size of a window': operation({
      weight: 2,
      arguments: (any) => ({ which: any.which(), w: any.whole(SIZE), h: any.whole(SIZE) }),
      async run({ change, keyOf }, { which, w, h }) {
        const key = await keyOf(which);
        if (key !== undefined) await change({ update: [{ key, w, h }] });
      },
    }),
    'a peer removes a window': operation({
      arguments: (any) => ({ which: any.which() }),
      async run({ change, keyOf }, { which }) {
        const key = await keyOf(which);
        if (key !== undefined) await change({ remove: [key] });
      },
    }),
    'a peer adds many windows at once': operation({
      arguments: (any) => ({ count: any.whole({ min: 2, max: 12 }), y: any.whole(CLOSE_TO) }),
      run: ({ change, newKey }, { count, y }) =>
        change({ add: Array.from({ length: count }, (_, x) => ({ key: newKey(), type: 'life', x, y, w: 9, h: 9 })) }),
    }),
    'a peer says something': operation({
      arguments: (any) => ({ text: any.text({ longest: 2_000 }) }),
      run: ({ chat }, { text }) => chat(text),
    }),
    'a peer pings the room': operation({
      arguments: (any) => ({ payload: any.oneOf('', 'x', 'Grüße', 'p'.repeat(125)) }),
      run: ({ pingRoom }, { payload }) => pingRoom(payload),
    }),
    'the user opens a window': operation({
      weight: 2,
      arguments: (any) => ({ x: any.whole(CLOSE_TO), w: any.whole(SIZE), title: any.text({ longest: 256 }) }),
      run: ({ command }, { x, w, title }) =>
        command(`create_window type=clock x=${x} y=${x} w=${w} h=${w} source=user title=${encodeURIComponent(title.toWellFormed())}`),
    }),
    'the user moves a window': operation({
      answers: ['ok', 'refused'],
      arguments: (any) => ({ which: any.which(), x: any.whole(CLOSE_TO) }),
      async run({ command, idOf }, { which, x }) {
        const id = await idOf(which);
        if (id !== undefined) await command(`move_window id=${id} x=${x} y=${x} source=user`);
      },
    }),
    'the user resizes a window': operation({
      answers: ['ok', 'refused'],
      arguments: (any) => ({ which: any.which(), w: any.whole(SIZE), h: any.whole(SIZE) }),
      async run({ command, idOf }, { which, w, h }) {
        const id = await idOf(which);
        if (id !== undefined) await command(`resize_window id=${id} w=${w} h=${h} source=user`);
      },
    }),
    'a command on a window that has gone is refused': operation({
      arguments: (any) => ({ command: any.oneOf('move_window x=3 y=4', 'resize_window w=5 h=6', 'focus_window', 'close_window') }),
      async run({ command, isRefused }, { command: line }) {
        const [name, ...rest] = line.split(' ');
        const { id } = await command('create_window type=gone x=1 y=1 w=5 h=5 source=user');
        await command(`close_window id=${id} source=user`);
        await isRefused([name, `id=${id}`, ...rest, 'source=user'].join(' '));
      },
    }),
    'the user closes a window': operation({
      answers: ['ok', 'refused'],
      arguments: (any) => ({ which: any.which() }),
      async run({ command, idOf }, { which }) {
        const id = await idOf(which);
        if (id !== undefined) await command(`close_window id=${id} source=user`);
      },
    }),
  }),
  observers: {
    'another peer': { join: ({ watchRoom }) => watchRoom('observer'), sees: (context) => roomWindows(context) },
    'a watcher of the desktop': {
      join: ({ watchDesktop }) => watchDesktop('watcher'),
      sees: ({ desktopWindows }) => desktopWindows(),
    },
  },
  reset: ({ clearAndLeave }) => clearAndLeave(),
  recovered: [
    {
      what: 'the bridge is in the room and at its desktop',
      within: '10s',
      async holds({ bridgeStatus }) {
        const { connected, desktopReady } = await bridgeStatus();
        return connected && desktopReady;
      },
    },
    {
      what: 'the bridge counts no command as failed that the desktop says it has carried out',
      within: '5s',
      async holds({ bridgeStatus }) {
        const { failures } = await bridgeStatus();
        const carriedOut = failures.find(({ reason }) => reason.includes('"success":true'));
        if (carriedOut) throw new Error(`${carriedOut.command} is told to have failed: ${carriedOut.reason}`);
        return true;
      },
    },
    {
      what: 'a window that a peer adds comes to the desktop',
      within: '10s',
      async holds({ changeOnce, desktopWindows }) {
        await changeOnce({ add: [{ key: 'worker/last', type: 'recovered', x: 1, y: 1, w: 5, h: 5 }] });
        return JSON.stringify(await desktopWindows()).includes('"recovered"');
      },
    },
  ],
});
