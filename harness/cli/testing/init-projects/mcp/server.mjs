// A real MCP server with one tool.
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';

const server = new McpServer({ name: 'tiny', version: '1.0.0' });
server.registerTool('now', { description: 'the time' }, () => ({ content: [{ type: 'text', text: new Date().toISOString() }] }));
await server.connect(new StdioServerTransport());
