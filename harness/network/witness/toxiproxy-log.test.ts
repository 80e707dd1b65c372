import { expect, test } from 'vitest';
import { factIn } from './toxiproxy-log.ts';

const PROXY = `"name":"run.a","listen":"127.0.0.1:18990","upstream":"127.0.0.1:47389"`;

// Lines that Toxiproxy 2.12.0 has written.
test.each([
  [
    `{"level":"info",${PROXY},"client":"127.0.0.1:43486","caller":"proxy.go:204","time":"2026-11-27T05:39:31Z","message":"Accepted client"}`,
    { what: 'accepted', proxy: 'run.a', client: '127.0.0.1:43486' },
  ],
  [
    `{"level":"debug",${PROXY},"direction":"upstream","caller":"link.go:80","time":"2026-11-27T05:39:31Z","message":"Setup connection"}`,
    { what: 'set-up', proxy: 'run.a', direction: 'upstream' },
  ],
  [
    `{"level":"trace",${PROXY},"component":"ToxicLink","method":"write","link":"127.0.0.1:43486downstream","proxy":"run.a","link_addr":"0x1df108de7860","caller":"link.go:166","time":"2026-11-27T05:39:31Z","message":"RemoveConnection 127.0.0.1:43486downstream from Proxy run.a"}`,
    { what: 'removed', proxy: 'run.a', client: '127.0.0.1:43486', direction: 'downstream' },
  ],
  [
    `{"level":"error",${PROXY},"error":"dial tcp 127.0.0.1:9: connect: connection refused","client":"127.0.0.1:58884","caller":"proxy.go:211","time":"2026-11-27T05:39:32Z","message":"Unable to open connection to upstream"}`,
    { what: 'refused', proxy: 'run.a', client: '127.0.0.1:58884' },
  ],
  [
    `{"level":"debug","request_id":"dc4hf4pksduab4v2j340","client":"127.0.0.1:48554","method":"GET","url":"/version?tornwire-handshake=1","user_agent":"x","status":200,"size":22,"duration":0.037146,"handler":"Version","caller":"api.go:107","time":"2026-11-27T05:39:31Z"}`,
    { what: 'called', url: '/version?tornwire-handshake=1' },
  ],
])('%s', (line, fact) => {
  expect(factIn(line)).toEqual(fact);
});

test.each([
  `{"level":"info","version":"2.12.0","caller":"server.go:78","time":"2026-11-27T05:39:31Z","message":"Starting Toxiproxy"}`,
  `{"level":"info",${PROXY},"caller":"proxy.go:123","time":"2026-11-27T05:39:31Z","message":"Started proxy"}`,
  `{"level":"trace",${PROXY},"component":"ToxicLink","method":"write","link":"127.0.0.1:43486upstream","proxy":"run.a","message":"Remove link 127.0.0.1:43486upstream from ToxicCollection"}`,
  'panic: runtime error: invalid memory address or nil pointer dereference',
  'null',
  '',
])('%s is of no interest', (line) => {
  expect(factIn(line)).toBeUndefined();
});
