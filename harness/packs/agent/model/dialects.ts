// How an answer is told as events. Shapes: platform.openai.com/docs/api-reference (Responses and Chat Completions, streaming) and
// docs.anthropic.com (Messages, streaming).

export interface Event {
  name?: string;
  data: object | string;
}

export interface Dialect {
  begin(): Event[];
  piece(text: string): Event[];
  end(text: string): Event[];
  /** For a request that asks for no stream. */
  whole(text: string): object;
}

export function dialectAt(path: string): Dialect | undefined {
  if (path.endsWith('/responses')) return responses();
  if (path.endsWith('/chat/completions')) return chatCompletions();
  return path.endsWith('/messages') ? messages() : undefined;
}

function responses(): Dialect {
  const item = { id: 'msg_1', type: 'message', role: 'assistant' };
  let events = 0;
  const event = (type: string, fields: object): Event => ({ name: type, data: { type, sequence_number: events++, ...fields } });
  const done = (text: string): object => ({ ...item, status: 'completed', content: [{ type: 'output_text', text, annotations: [] }] });
  const usage = {
    input_tokens: 1,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: 1,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 2,
  };
  const response = (status: string, output: object[]): object => ({
    id: 'resp_1',
    object: 'response',
    created_at: 1,
    model: 'any',
    status,
    output,
    usage: status === 'completed' ? usage : null,
  });
  return {
    begin: () => [
      event('response.created', { response: response('in_progress', []) }),
      event('response.output_item.added', { output_index: 0, item: { ...item, status: 'in_progress', content: [] } }),
    ],
    piece: (delta) => [event('response.output_text.delta', { item_id: item.id, output_index: 0, content_index: 0, delta })],
    end: (text) => [
      event('response.output_item.done', { output_index: 0, item: done(text) }),
      event('response.completed', { response: response('completed', [done(text)]) }),
    ],
    whole: (text) => response('completed', [done(text)]),
  };
}

function chatCompletions(): Dialect {
  const about = { id: 'chatcmpl-1', created: 1, model: 'any' };
  const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
  const chunk = (choices: object[], more: object = {}): Event => ({
    data: { ...about, object: 'chat.completion.chunk', choices, ...more },
  });
  const choice = (delta: object, reason: string | null): object => ({ index: 0, delta, finish_reason: reason });
  return {
    begin: () => [chunk([choice({ role: 'assistant', content: '' }, null)])],
    piece: (content) => [chunk([choice({ content }, null)])],
    end: () => [chunk([choice({}, 'stop')]), chunk([], { usage }), { data: '[DONE]' }],
    whole: (content) => ({
      ...about,
      object: 'chat.completion',
      choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
      usage,
    }),
  };
}

function messages(): Dialect {
  const about = { id: 'msg_1', type: 'message', role: 'assistant', model: 'any' };
  const usage = { input_tokens: 1, output_tokens: 1 };
  const event = (type: string, fields: object): Event => ({ name: type, data: { type, ...fields } });
  return {
    begin: () => [
      event('message_start', { message: { ...about, content: [], stop_reason: null, stop_sequence: null, usage } }),
      event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
    ],
    piece: (text) => [event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } })],
    end: () => [
      event('content_block_stop', { index: 0 }),
      event('message_delta', { delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 1 } }),
      event('message_stop', {}),
    ],
    whole: (text) => ({ ...about, content: [{ type: 'text', text }], stop_reason: 'end_turn', stop_sequence: null, usage }),
  };
}
