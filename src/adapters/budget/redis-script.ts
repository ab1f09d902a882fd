/**
 * The operations of a budget in Redis or Valkey: each is one run of this script, and so one atomic step. What the
 * operations do is written down in core/budget/state.ts; the time is the server's.
 */

/** With a hash tag, so that a cluster keeps them in one place. */
export const redisKeys = ['sums', 'open', 'rows', 'settled', 'marks'].map((name) => `{orch-budget}:${name}`);

/**
 * ARGV: the operation, and its arguments as JSON. Returns its status, the ids, rows and amounts of reservations that it
 * found to be spent by processes that have gone, who has spent last with the mark of it, and further values. Numbers are
 * given as text: Lua would shorten them.
 *
 * `open` holds `phase|until|day|nano|project` by id; `sums` has one field per day, and one per day and project. `rows`
 * holds the row of a reservation until it is settled or recorded. Each of the three holds the epoch, which a rebuilding
 * begins: a server that evicts keys may lose one of them alone. It is the time of that in microseconds, and later than
 * all epochs and marks before it.
 *
 * `marks` holds, by machine, a number that grows with all that this machine spends; the field `mark` of `sums` is the
 * highest of them as `mark|machine`, which every answer tells, so that also those remember it who only look or are
 * refused. One that is lower than somebody remembers, and an epoch that is as well, are those of a server that was put
 * back to an earlier state. By machine, as others may have spent since then who do not know of that.
 *
 * `rebuilding` takes the epoch away and leaves a token, without which `rebuild` replaces nothing: usage records are read
 * in between. What is settled meanwhile stays in `open` as `settled`, until it is known whether they hold its row; it
 * counts in the old sums as well, which `abandon` makes valid again if those records cannot be read.
 */
export const redisScript = `
local sums, open, rows, settled, marks = unpack(KEYS)
local op, args = ARGV[1], cjson.decode(ARGV[2])
local hour = 3600 * 1000
local time = redis.call('TIME')
local micros = tonumber(time[1]) * 1000000 + tonumber(time[2])
local now = math.floor(micros / 1000)

-- Who only looks writes nothing.
local looks = op == 'state'

local function text(number)
  return string.format('%.0f', number)
end

-- Of what somebody else may have written: nil for what is no whole number that is counted exactly.
local function amount(value)
  local number = value and #value <= 16 and string.match(value, '^%d+$') and tonumber(value)
  return number and number < 9007199254740992 and number or nil
end

-- Of what a machine remembers: nil for what this server has not given out.
local function given(value)
  local number = amount(value)
  return number and number <= micros + 24 * hour * 1000 and number or nil
end

local function add(day, project, nano, call)
  if nano == 0 then return end
  call = call or redis.call
  call('HINCRBY', sums, day, text(nano))
  call('HINCRBY', sums, day .. '|' .. project, text(nano))
end

local stored = redis.call('HMGET', sums, 'epoch', 'rebuilding', 'before', 'mark')
local epoch, token = amount(stored[1]), stored[2]
local markText, spender = string.match(stored[4] or '', '^(%d+)|([%w_-]+)$')
local lastMark = spender and #spender > 16 and #spender <= 64 and given(markText) or 0

-- Who has spent last: what all have to remember. The epoch is later than what was spent before it.
local function last()
  if lastMark > 0 then return {spender, text(lastMark)} end
  return epoch and {'epoch', text(epoch)} or {}
end

local all = redis.call('HGETALL', open)

-- What machines have spent last, of those that were asked for.
local kept = {}
local function lastOf(writer)
  kept[writer] = kept[writer] or tonumber(redis.call('ZSCORE', marks, writer) or '0') or 0
  return kept[writer]
end

if op == 'rebuilding' then
  local counted = 0
  local days = (epoch or token) and redis.call('HGETALL', sums) or {}
  for i = 1, #days, 2 do
    if #days[i] == 10 and days[i] >= args.since then counted = counted + (amount(days[i + 1]) or 0) end
  end
  redis.call('HDEL', sums, 'epoch')
  redis.call('HSET', sums, 'rebuilding', args.token, 'before', text(epoch or amount(stored[3]) or 0))
  local reply = {}
  local found = redis.call('HGETALL', rows)
  for i = 1, #found, 2 do
    if found[i] ~= 'epoch' then
      for _, value in ipairs({found[i], found[i + 1], '0'}) do reply[#reply + 1] = value end
    end
  end
  return {'done', reply, last(), text(counted)}
elseif op == 'abandon' then
  if not token or token ~= args.token then return {'other', {}} end
  redis.call('HDEL', sums, 'rebuilding', 'before')
  local before = amount(stored[3]) or 0
  if before > 0 then redis.call('HSET', sums, 'epoch', text(before)) end
  for i = 1, #all, 2 do
    if string.sub(all[i + 1], 1, 8) == 'settled|' then
      redis.call('HDEL', open, all[i])
      redis.call('HDEL', rows, all[i])
    end
  end
  return {'done', {}, {}}
elseif op == 'rebuild' then
  if not token or token ~= args.token then return {'other', {}} end
  epoch = math.max(micros, lastMark + 1, (given(stored[3]) or 0) + 1, (given(args.seen) or 0) + 1)
  lastMark = 0
  redis.call('DEL', sums, marks)
  for _, sum in ipairs(args.sums) do add(sum[1], sum[2], tonumber(sum[3])) end
  for _, key in ipairs({sums, open, rows}) do redis.call('HSET', key, 'epoch', text(epoch)) end
elseif token then
  if op ~= 'renew' and op ~= 'settle' and op ~= 'release' then return {'rebuilding', {}} end
else
  local function isLost()
    if not epoch then return true end
    local begun
    for i = 1, #all, 2 do
      if all[i] == 'epoch' then begun = all[i + 1] end
    end
    if begun ~= stored[1] or redis.call('HGET', rows, 'epoch') ~= stored[1] then return true end
    for _, mark in ipairs(args.marks or {}) do
      local known = given(mark[2])
      if known and math.max(lastOf(mark[1]), epoch) < known then
        -- All others have to know it as well.
        if not looks then redis.call('HDEL', sums, 'epoch') end
        return true
      end
    end
  end
  if isLost() then return {'lost', {}} end
end
local isFrozen = op ~= 'rebuild' and token

local entries, estimated = {}, {}
-- Somebody else has written to the hashes: what was spent is not known any more.
local damaged = false

local function put(id, entry)
  entries[id] = entry
  local fields = {entry.phase, text(entry.till), entry.day, text(entry.nano), entry.project}
  redis.call('HSET', open, id, table.concat(fields, '|'))
end

local function drop(id)
  entries[id] = nil
  redis.call('HDEL', open, id)
  redis.call('HDEL', rows, id)
end

local own = {}
for _, id in ipairs(args.ids or {}) do own[id] = true end
-- What the records that are summed up hold of the reservations that are open.
local counted = {}
for _, each in ipairs(args.counted or {}) do counted[each[1]] = each end

local function estimate(id, entry, row)
  if row then
    for _, value in ipairs({id, row, text(entry.nano)}) do estimated[#estimated + 1] = value end
  end
  entry.phase = 'estimated'
  -- Whoever is told of it has this time to record the row.
  entry.till = now + args.leaseMs
  put(id, entry)
end

local function rebuilt(id, entry)
  local found, phase = counted[id], entry.phase
  if phase == 'held' then
    if entry.till <= now then drop(id) end
  elseif phase == 'settled' then
    if not found then add(entry.day, entry.project, entry.nano) end
    drop(id)
  elseif found then
    -- Its owner may still settle it at another amount.
    redis.call('HDEL', rows, id)
    put(id, {phase = 'estimated', till = now, day = found[2], project = found[3], nano = tonumber(found[4])})
  else
    local row = redis.call('HGET', rows, id)
    if phase == 'estimated' and not row then
      -- The records hold the estimates that were recorded.
      drop(id)
    elseif phase == 'estimated' or entry.till <= now then
      add(entry.day, entry.project, entry.nano)
      if entry.till <= now then estimate(id, entry, row) end
    end
  end
end

local function overdue(id, entry)
  if entry.phase == 'held' then drop(id) return end
  local row = redis.call('HGET', rows, id)
  if entry.phase == 'estimated' and not row then
    if entry.till + 24 * hour < now then drop(id) end
  else
    if entry.phase == 'spent' then add(entry.day, entry.project, entry.nano) end
    estimate(id, entry, row)
  end
end

local phases = {held = true, spent = true, estimated = true, settled = isFrozen or op == 'rebuild'}
for i = 1, #all, 2 do
  local id = all[i]
  local phase, till, day, nano, project = string.match(all[i + 1], '^(%a+)|(%d+)|(%d%d%d%d%-%d%d%-%d%d)|(%d+)|(.*)$')
  local entry = {phase = phase, till = amount(till), day = day, nano = amount(nano), project = project}
  if phases[phase] and entry.till and entry.nano then
    entries[id] = entry
    if op == 'rebuild' then
      rebuilt(id, entry)
    elseif looks and entry.phase == 'held' and entry.till <= now then
      entries[id] = nil
    elseif not looks and not isFrozen and entry.till <= now and not own[id] then
      overdue(id, entry)
    end
  elseif id ~= 'epoch' then
    damaged = true
    if op == 'rebuild' then drop(id) end
  end
end

local function used(limit)
  local fields = {}
  for i, day in ipairs(limit.days) do
    fields[i] = limit.project and (day .. '|' .. limit.project) or day
  end
  local spent, reserved = 0, 0
  for _, nano in ipairs(redis.call('HMGET', sums, unpack(fields))) do
    if nano and amount(nano) then
      spent = spent + amount(nano)
    elseif nano then
      damaged = true
    end
  end
  local first, last = limit.days[1], limit.days[#limit.days]
  for _, entry in pairs(entries) do
    if entry.phase ~= 'estimated' and first <= entry.day and entry.day <= last
      and (not limit.project or limit.project == entry.project) then
      -- Here it is still spent only if this looks; otherwise it is estimated by now, and in the sums.
      if looks and entry.till <= now then
        spent = spent + entry.nano
      else
        reserved = reserved + entry.nano
      end
    end
  end
  return spent, reserved
end

-- More is spent by a machine: what it has to remember.
local function marked()
  if not args.writer or not epoch then return '0' end
  local own = lastOf(args.writer)
  lastMark, spender = math.max(micros, own + 1, lastMark + 1, epoch + 1), args.writer
  local mark = text(lastMark)
  redis.call('ZADD', marks, mark, spender)
  redis.call('HSET', sums, 'mark', mark .. '|' .. spender)
  -- Each machine has a new name every month.
  if own == 0 then redis.call('ZREMRANGEBYSCORE', marks, '-inf', text(micros - 100 * 24 * hour * 1000)) end
  return mark
end

local id = args.ids and args.ids[1]
local entry = id and entries[id]

if op == 'rebuild' then
  return {'done', estimated, last(), text(epoch)}
elseif op == 'reserve' then
  local nano = tonumber(args.nano)
  local refused, least
  local reply = {'done', estimated, {}, '0'}
  for i, limit in ipairs(args.limits) do
    local spent, reserved = used(limit)
    local left = tonumber(limit.nano) - spent - reserved
    reply[#reply + 1] = text(spent)
    if nano > left and (not least or left < least) then
      least = left
      refused = {'refused', estimated, last(), text(i - 1), text(spent), text(reserved)}
    end
  end
  if damaged then return {'lost', {}} end
  if refused then return refused end
  local phase = args.spend and 'spent' or 'held'
  put(id, {phase = phase, till = now + args.leaseMs, day = args.day, nano = nano, project = args.project})
  if args.row then redis.call('HSET', rows, id, args.row) end
  if args.spend then reply[4] = marked() end
  reply[3] = last()
  return reply
elseif op == 'commit' then
  if not entry or entry.phase ~= 'held' then return {'over', estimated, last(), '0'} end
  entry.phase = 'spent'
  entry.till = now + args.leaseMs
  put(id, entry)
  local mark = marked()
  return {'done', estimated, last(), mark}
elseif op == 'renew' then
  for each in pairs(own) do
    local kept = entries[each]
    if kept and (kept.phase == 'held' or kept.phase == 'spent') then
      kept.till = now + args.leaseMs
      put(each, kept)
    end
  end
elseif op == 'settle' then
  local mark = entry and '0' or marked()
  -- Repeated, as the connection was lost before the answer came.
  if redis.call('ZSCORE', settled, id) then return {'done', estimated, last(), mark} end
  local nano = tonumber(args.nano)
  if isFrozen then
    -- What cannot be added to them is no reason not to settle: they are most likely to be replaced.
    add(args.day, args.project, nano, redis.pcall)
    if entry and entry.phase == 'estimated' then add(entry.day, entry.project, -entry.nano, redis.pcall) end
    put(id, {phase = 'settled', till = now, day = args.day, nano = nano, project = args.project})
  else
    -- First what may fail, where somebody else has written to the sums: then nothing of this has happened.
    add(args.day, args.project, nano)
    if entry and entry.phase == 'estimated' then add(entry.day, entry.project, -entry.nano) end
    if entry then drop(id) end
  end
  redis.call('ZADD', settled, now, id)
  redis.call('ZREMRANGEBYSCORE', settled, '-inf', now - hour)
  return {'done', estimated, last(), mark}
elseif op == 'recorded' then
  for each in pairs(own) do redis.call('HDEL', rows, each) end
elseif op == 'release' then
  if entry and entry.phase == 'held' then drop(id) end
elseif op == 'state' then
  local reply = {'done', estimated, last()}
  for _, limit in ipairs(args.limits) do
    local spent, reserved = used(limit)
    reply[#reply + 1] = text(spent)
    reply[#reply + 1] = text(reserved)
  end
  if damaged then return {'lost', {}} end
  return reply
end
return {'done', estimated, last()}
`;
