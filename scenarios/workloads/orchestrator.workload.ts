import { defineWorkload } from 'tornwire';
import { orchestratorStack, roomWindows, workingOrchestrator } from '../../fixtures/stack.ts';

const CLOSE_TO = { min: -20, max: 400 };
const SIZE = { min: 1, max: 200 };
const PROGRAMS = ['desktop', 'bridge'] as const;
const URL = 'url: ws://127.0.0.1:9/party/x';

export default defineWorkload({
  title: 'rooms start, are kept running and stop as their files say, and the status agrees with the machine, whatever breaks',
  system: orchestratorStack({ orchestrator: { ORCHESTRATOR_OUTPUT_BYTES_MAX: '200000' } }),
  begin: (script) => workingOrchestrator(script),
  operations: (operation) => ({
    'a room is started': operation({
      within: '15s',
      arguments: (any) => ({ room: any.oneOf('attic', 'lobby') }),
      run: ({ runs }, { room }) => runs(room),
    }),
    'a room is stopped, and nothing of it is left': operation({
      within: '15s',
      arguments: (any) => ({ room: any.oneOf('attic', 'lobby') }),
      run: ({ stops }, { room }) => stops(room),
    }),
    'a room that runs is not started again': operation({ within: '12s', run: ({ isStartedOnce }) => isStartedOnce() }),
    'a program of a room that ends or hangs is started again': operation({
      weight: 2,
      within: '20s',
      arguments: (any) => ({ program: any.oneOf(...PROGRAMS), signal: any.oneOf('SIGKILL', 'SIGTERM', 'SIGABRT', 'SIGSTOP') }),
      run: ({ comesBack }, { program, signal }) => comesBack(program, signal),
    }),
    'a room whose program cannot live is given up': operation({
      within: '15s',
      arguments: (any) => ({ program: any.oneOf(...PROGRAMS), most: any.whole({ min: 0, max: 3 }) }),
      run: ({ isGivenUp }, { program, most }) => isGivenUp(program, most),
    }),
    'a wrong room file is refused': operation({
      within: '12s',
      arguments: (any) => ({
        file: any.oneOf(
          '',
          '{',
          'name: x',
          '- name: x',
          `name: a b\n${URL}`,
          `name: ${'x'.repeat(33)}\n${URL}`,
          'name: x\nurl: http://127.0.0.1/',
          `name: x\n${URL}\nnothing: 1`,
          `name: x\n${URL}\nrestart: { most: -1 }`,
          `name: x\n${URL}\ndesktop: { command: [] }`,
          `name: x\n${URL}\ndesktop: { socket: ${'x'.repeat(120)} }`,
          `name: x\n${URL}\ndesktop: { socket: {socket} }`,
          `name: x\n${URL}\npeer: ${'x'.repeat(70_000)}`,
        ),
      }),
      run: ({ fileIsRefused }, { file }) => fileIsRefused(file),
    }),
    'a request that may not be is refused': operation({
      within: '5s',
      arguments: (any) => ({
        request: any.oneOf('GET /rooms/none 404', 'DELETE /rooms/none 404', 'PUT /rooms 405', 'GET /nothing 404', 'GET /rooms/%zz 400'),
      }),
      run({ answersWith }, { request }) {
        const [method, path, status] = request.split(' ');
        return answersWith(`${method} ${path}`, Number(status), {});
      },
    }),
    'who has no token, or comes from a page, may nothing': operation({
      within: '5s',
      arguments: (any) => ({
        request: any.oneOf('GET /rooms', 'POST /rooms', 'DELETE /rooms/lobby'),
        token: any.oneOf('Bearer wrong', 'Basic eDp5', 'from a page'),
      }),
      run: ({ answersWith }, { request, token }) =>
        token === 'from a page'
          ? answersWith(request, 403, { origin: 'http://a.page' })
          : answersWith(request, 401, { authorization: token }),
    }),
    'the desktop prints much, and answers': operation({
      within: '12s',
      arguments: (any) => ({ commands: any.whole({ min: 1, max: 60 }), bytes: any.whole({ min: 0, max: 16_000 }) }),
      run: ({ saysMuch }, { commands, bytes }) => saysMuch(commands, bytes),
    }),
    'a window of a peer comes to the desktop': operation({
      weight: 2,
      within: '15s',
      arguments: (any) => ({ x: any.whole(CLOSE_TO), w: any.whole(SIZE), title: any.text({ longest: 256 }) }),
      async run({ runs, change, newKey, windowsAgree }, { x, w, title }) {
        await runs('lobby');
        await change({ add: [{ key: newKey(), type: 'life', x, y: x, w, h: w, title }] });
        await windowsAgree();
      },
    }),
    'a window of the user comes to the room': operation({
      within: '15s',
      arguments: (any) => ({ x: any.whole(CLOSE_TO), w: any.whole(SIZE) }),
      async run({ runs, command, windowsAgree }, { x, w }) {
        await runs('lobby');
        await command(`create_window type=clock x=${x} y=${x} w=${w} h=${w} source=user`);
        await windowsAgree();
      },
    }),
    'a peer removes a window, and it goes from the desktop': operation({
      within: '15s',
      arguments: (any) => ({ which: any.which() }),
      async run({ runs, change, keyOf, windowsAgree }, { which }) {
        await runs('lobby');
        const key = await keyOf(which);
        if (key !== undefined) await change({ remove: [key] });
        await windowsAgree();
      },
    }),
    'who does not know the secret is shut out of the desktop': operation({
      within: '12s',
      arguments: (any) => ({
        says: any.oneOf('', 'cmd:get_state', '{"type":"auth"}', '{"type":"auth","hmac":"00"}', '{"type":"auth","hmac":5}', 'é\0'),
        byteByByte: any.oneOf(false, true),
      }),
      run: ({ isShutOut }, { says, byteByByte }) => isShutOut(says, byteByByte),
    }),
    'the socket of the desktop is for its user alone': operation({ within: '12s', run: ({ socketIsPrivate }) => socketIsPrivate() }),
  }),
  observers: {
    'another peer': { join: ({ watchRoom }) => watchRoom('observer'), sees: (context) => roomWindows(context) },
  },
  recovered: [
    {
      what: 'the lobby runs',
      within: '20s',
      async holds({ runs }) {
        await runs('lobby');
        return true;
      },
    },
    { what: 'all other rooms are stopped', within: '10s', holds: ({ onlyTheLobbyRuns }) => onlyTheLobbyRuns() },
    { what: 'the status names the programs that run', within: '5s', holds: ({ statusAgrees }) => statusAgrees() },
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
