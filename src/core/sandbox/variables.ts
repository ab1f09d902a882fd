/** Which environment variables what runs in a sandbox gets: those of a short list, and what makes runs alike. */

/** Languages, and where the user's toolchains are. */
const passing =
  /^(PATH|LANG|LANGUAGE|LC_[A-Z]+|TZ|USER|LOGNAME|VIRTUAL_ENV|CONDA_PREFIX|(PYENV|RBENV|NODENV|GOENV)_(ROOT|VERSION)|NVM_DIR|VOLTA_HOME|ASDF_(DIR|DATA_DIR)|MISE_DATA_DIR|SDKMAN_DIR|PNPM_HOME|BUN_INSTALL|GOROOT|GOPATH|GOMODCACHE|CGO_ENABLED|CARGO_HOME|RUSTUP_(HOME|TOOLCHAIN)|(JAVA|JDK|M2|MAVEN|GRADLE)_HOME|GEM_(HOME|PATH)|DOTNET_ROOT|SystemRoot)$/;
/** Refused whoever asks for them. `ORCH_RESULT_FILE` only says where a result is. */
const refused =
  /^(OPENAI|ORCH(?!_RESULT_FILE$)|ANTHROPIC|AWS|AZURE|GOOGLE|GITHUB|GITLAB|NPM)_|TOKEN|SECRET|PASSW|CREDENTIAL|API_?KEY|PRIVATE_?KEY|^SSH_|^DBUS_|_PROXY$/i;

/** Paths as what runs sees them. */
export interface RunFolders {
  home: string;
  temporary: string;
  cache: string;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** `given`: of the caller; they come before all others. */
export function runVariables(
  own: Variables,
  folders: RunFolders,
  given: Variables = {},
): Record<string, string> {
  const passed = Object.entries(own).filter(([name]) => passing.test(name));
  const asked = Object.entries(given).filter(([name]) => !refused.test(name));
  const all = [...passed, ...Object.entries(fixed(folders)), ...asked];
  return Object.fromEntries(all.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

function fixed({ home, temporary, cache }: RunFolders): Variables {
  return {
    HOME: home,
    TMPDIR: temporary,
    TMP: temporary,
    TEMP: temporary,
    CI: '1',
    NO_COLOR: '1',
    FORCE_COLOR: '0',
    // Nothing is to be fetched, reported or looked up: without a network that only takes time.
    DO_NOT_TRACK: '1',
    NO_UPDATE_NOTIFIER: '1',
    npm_config_offline: 'true',
    npm_config_update_notifier: 'false',
    PIP_NO_INDEX: '1',
    GOPROXY: 'off',
    GOTOOLCHAIN: 'local',
    CARGO_NET_OFFLINE: 'true',
    // Kept from run to run: the project's own may be read-only.
    PYTHONPYCACHEPREFIX: `${cache}/python`,
    GOCACHE: `${cache}/go`,
    CARGO_TARGET_DIR: `${cache}/cargo`,
    // Suites that commit something need somebody who does.
    GIT_AUTHOR_NAME: 'orch',
    GIT_AUTHOR_EMAIL: 'orch@localhost',
    GIT_COMMITTER_NAME: 'orch',
    GIT_COMMITTER_EMAIL: 'orch@localhost',
  };
}
