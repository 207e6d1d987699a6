#!/usr/bin/env bash
# Packs the library, installs it into an empty project outside the tree as the README says, and compiles and runs the
# README's sixty seconds there.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cd "$root"
tarball=$(npm pack --silent --ignore-scripts --pack-destination "$work")
cd "$work"
npm init -y >/dev/null
npm pkg set type=module >/dev/null
install=$(grep -m1 '^npm install thread-journal ' "$root/README.md" | sed "s#thread-journal#./$tarball#")
$install --no-fund --no-audit --loglevel=error
npm install --no-fund --no-audit --loglevel=error typescript@7.0.2 @types/node@24
cp -r "$root"/examples/quick-start/{main.ts,mikro-orm.config.ts,migrations} .
cat >tsconfig.json <<'JSON'
{ "compilerOptions": { "strict": true, "target": "es2024", "module": "nodenext", "types": ["node"], "noEmit": true,
  "exactOptionalPropertyTypes": true, "noUncheckedIndexedAccess": true, "allowImportingTsExtensions": true, "skipLibCheck": true },
  "include": ["*.ts", "migrations"] }
JSON
npx tsc
node main.ts | grep 'conflict: expected rev 1, the thread is at 2'
npx thread-journal --url sqlite:./app.db show support-42 | grep 'In Lyon.'
echo "package: installed, compiled and run in an empty project"
