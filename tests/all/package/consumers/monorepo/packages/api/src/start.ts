import { server } from './index.js';

server.listen(0, () => console.log('listening', JSON.stringify(server.address())));
