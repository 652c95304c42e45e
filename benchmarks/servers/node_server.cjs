// Node's package ws, with a loop over the clients.
const { WebSocketServer } = require('ws');

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false, backlog: 2048 });

server.on('listening', () => console.log(server.address().port));
server.on('connection', (socket, request) => {
  socket.isEcho = request.url === '/echo';
  socket.on('message', (data) => {
    if (socket.isEcho) return socket.send(data, { binary: false });
    for (const client of server.clients) if (!client.isEcho) client.send(data, { binary: false });
  });
});
