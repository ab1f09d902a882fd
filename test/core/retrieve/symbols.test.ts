import { expect, it } from 'vitest';
import { symbolFinder } from '../../../src/core/retrieve/symbols.ts';
import { expectLinear } from '../../helpers/linear.ts';

it.each([
  ['a.ts', 'export default async function run(args: string[]) {', 'run'],
  ['a.ts', 'export abstract class Store<T> {', 'Store'],
  ['a.ts', 'export const enum Level {', 'Level'],
  ['a.ts', '  private async load(path: string): Promise<void> {', 'load'],
  ['a.ts', 'const limit = 3;', 'limit'],
  ['a.js', 'exports.parse = () => {', 'parse'],
  ['a.js', '  handler: async (event) => {', 'handler'],
  ['a.py', '    async def fetch(self):', 'fetch'],
  ['a.py', 'class Größe(Base):', 'Größe'],
  ['a.py', 'MAX_SIZE: int = 3', 'MAX_SIZE'],
  ['a.rs', 'pub(crate) async unsafe fn run<T>(a: T) {', 'run'],
  ['a.rs', 'impl<T> fmt::Display for Wrapper<T> {', 'Wrapper'],
  ['a.rs', 'macro_rules! check {', 'check'],
  ['a.go', 'func (s *Server) Listen(addr string) error {', 'Listen'],
  ['a.go', 'type Server struct {', 'Server'],
  ['a.java', '  public static <T> List<T> listOf(T... all) {', 'listOf'],
  ['a.java', 'public final class Main extends Base {', 'Main'],
  ['a.kt', 'override suspend fun List<Int>.total(): Int {', 'total'],
  ['a.scala', 'case class Point(x: Int)', 'Point'],
  ['a.swift', 'public func start() async {', 'start'],
  ['a.cs', 'public async Task<int> CountAsync(', 'CountAsync'],
  ['a.c', 'static int read_all(FILE *file)', 'read_all'],
  ['a.h', '#define MOST 3', 'MOST'],
  ['a.cpp', 'void Parser::next(int count) {', 'next'],
  ['a.m', '- (void)start {', 'start'],
  ['a.rb', '  def self.call(env)', 'call'],
  ['a.php', 'public static function make(): self', 'make'],
  ['a.lua', 'local function step(n)', 'step'],
  ['a.pl', 'sub run {', 'run'],
  ['a.ex', 'defp parse(text) do', 'parse'],
  ['a.hs', 'parse :: String -> Int', 'parse'],
  ['a.dart', 'class Point {', 'Point'],
  ['a.zig', 'pub fn main() !void {', 'main'],
  ['a.sh', 'install() {', 'install'],
  ['a.sql', 'CREATE TABLE IF NOT EXISTS users (', 'users'],
  ['a.md', '## How it works', 'How it works'],
])('%s: %s', (path, line, symbol) => {
  expect(symbolFinder(path)?.(line)).toBe(symbol);
});

it.each([
  ['a.ts', '  if (found) {'],
  ['a.ts', '  return parse(text);'],
  ['a.ts', '} else if (x) {'],
  ['a.java', '    return value;'],
  ['a.java', '    for (int i = 0; i < n; i++) {'],
  ['a.c', '  return call(a);'],
  ['a.c', '  else if (a)'],
  ['a.py', 'x = 1'],
])('%s defines nothing in: %s', (path, line) => {
  expect(symbolFinder(path)?.(line)).toBeUndefined();
});

it('knows no definitions where the language is not known', () => {
  expect(symbolFinder('a.unknown')).toBeUndefined();
  expect(symbolFinder('constructor')).toBeUndefined();
});

it('takes bounded time for a line', async () => {
  const paths = 'ts py rs go java kt scala swift cs c cpp m rb php lua pl ex hs dart zig sh sql md'.split(
    ' ',
  );
  for (const part of [
    'a ',
    'public ',
    'a::',
    '(',
    '<',
    'static const ',
    '  ',
    'int *',
    'a*',
    'a&&&&',
    'create table ',
    'a.b:',
  ])
    await expectLinear((size) => {
      const line = part.repeat(400 / part.length);
      const lines = Array<string>(size / 400).fill(line);
      return () => {
        for (const path of paths) {
          const find = symbolFinder(`a.${path}`)!;
          for (const each of lines) find(each);
        }
      };
    }, 40_000);
});
