/** Tries to get out of a sandbox, and prints as JSON what came of each attempt. Argument: what it knows of the outside. */
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';

const { canary, outside, port, sockets, pid, marker } = JSON.parse(process.argv[2]);
const found = {};
const attempt = async (name, action) => {
  try {
    const got = await action();
    found[name] = got === undefined ? 'nothing' : String(got);
  } catch {
    found[name] = 'nothing';
  }
};
const mine = (text) => (String(text).includes(canary) ? 'the canary' : undefined);
const done = (action) => () => {
  action();
  return 'done';
};
const connect = (to) =>
  new Promise((resolve, reject) => {
    const socket = net.connect(to, () => resolve('connected'));
    socket.on('error', reject);
  });
const sh = (command) => execFileSync('/bin/sh', ['-c', command], { stdio: 'pipe' });

// What it may not read.
await attempt('environment', () => mine(JSON.stringify(process.env)));
for (const id of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
  await attempt(`environment of ${id === String(process.pid) ? 'this process' : 'another'}`, () =>
    mine(fs.readFileSync(`/proc/${id}/environ`)),
  );
}
for (const path of [...outside.read, 'out/id_rsa', '/proc/1/root/etc/shadow', '/etc/shadow'])
  await attempt(`read ${path}`, () =>
    path.endsWith('shadow') ? fs.readFileSync(path) : mine(fs.readFileSync(path)),
  );
await attempt(
  'process',
  done(() => process.kill(pid, 0)),
);
await attempt('interfaces', () => Object.keys(os.networkInterfaces()).filter((name) => name !== 'lo')[0]);

// What it may not reach.
await attempt('tcp', () => connect({ port, host: '127.0.0.1' }));
for (const path of sockets) await attempt(`socket ${path.slice(-8)}`, () => connect({ path }));

// What it may not write.
for (const path of outside.write) {
  await attempt(
    `write ${path}`,
    done(() => fs.appendFileSync(path, 'changed')),
  );
  await attempt(
    `mode ${path}`,
    done(() => fs.chmodSync(path, 0o777)),
  );
  await attempt(
    `time ${path}`,
    done(() => fs.utimesSync(path, 1, 1)),
  );
  await attempt(
    `delete ${path}`,
    done(() => fs.unlinkSync(path)),
  );
  await attempt(
    `second name of ${path}`,
    done(() => fs.linkSync(path, 'second-name')),
  );
}
await attempt(
  'add to a package',
  done(() => fs.writeFileSync('node_modules/dep/new.js', '')),
);
await attempt(
  'replace a package',
  done(() => fs.renameSync('node_modules/dep', 'node_modules/gone')),
);
// Only asked, never done: this must not harm the machine where the sandbox is broken.
for (const path of ['/', '/usr', '/usr/bin', '/bin/sh', '/etc', '/etc/passwd', '/dev', '/orch'])
  await attempt(
    `write to ${path}`,
    done(() => fs.accessSync(path, fs.constants.W_OK)),
  );

// What it may not become.
await attempt(
  'device',
  done(() => sh('mknod device c 1 1')),
);
await attempt(
  'mount',
  done(() => sh('mkdir -p mounted && mount -t tmpfs none mounted')),
);
await attempt(
  'another namespace',
  done(() => sh('unshare --user --map-root-user true')),
);
await attempt(
  'terminal',
  done(() => fs.readFileSync('/dev/tty')),
);

// What it leaves.
for (const script of ['sleep 1000', 'setsid sleep 1000', 'trap "" TERM HUP INT; sleep 1000'])
  spawn('/bin/sh', ['-c', `(${script}; : ${marker}) & exit`], { detached: true, stdio: 'ignore' }).unref();
fs.copyFileSync('/bin/sh', 'shell');
fs.chmodSync('shell', 0o4755);
fs.appendFileSync('.git/config', `[core]\n\tfsmonitor = ${outside.program}\n`);
fs.rmSync('src', { recursive: true });
fs.symlinkSync(outside.folder, 'src');
fs.symlinkSync(outside.read[0], 'link.js');
fs.symlinkSync(outside.read[0], '/orch/reports/link.json');
sh('mkfifo pipe.js /orch/reports/pipe.json');
fs.writeFileSync('/orch/reports/report.json', '{}');
fs.mkdirSync('closed/within', { recursive: true });
fs.writeFileSync('closed/within/file', '');
fs.chmodSync('closed/within', 0);
fs.chmodSync('closed', 0);
// A path that is longer than any that the system takes.
const here = process.cwd();
for (let depth = 0; depth < 30; depth++) {
  fs.mkdirSync('d'.repeat(200));
  process.chdir('d'.repeat(200));
}
process.chdir(here);
// Mount points of the next run.
fs.renameSync('node_modules', 'modules');
fs.symlinkSync(`${'../'.repeat(11)}oldroot${outside.folder}`, 'node_modules');

// What it needs.
const needed = {};
const need = async (name, action) => {
  try {
    needed[name] = (await action()) ?? true;
  } catch (error) {
    needed[name] = error.message;
  }
};
await need('own server', () => {
  const server = net.createServer((socket) => socket.end());
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () =>
      connect({ port: server.address().port, host: 'localhost' }).then(() => resolve(true), reject),
    );
  });
});
await need('home', () => fs.writeFileSync(`${os.homedir()}/file`, ''));
await need('temporary folder', () => fs.writeFileSync(`${os.tmpdir()}/file`, ''));
await need('modules', () => fs.mkdirSync('modules/.vite-temp'));
await need('git', () => execFileSync('git', ['log', '--format=%an']).toString().trim() === 'orch');
await need('user', () => os.userInfo().homedir === os.homedir());
process.stdout.write(JSON.stringify({ found, needed }), () => process.exit(3));
