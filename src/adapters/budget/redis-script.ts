/**
 * The operations of a budget in Redis or Valkey: each is one run of this script, and so one atomic step. What the
 * operations do is written down in core/budget/state.ts; the time is the server's.
 */

/** With a hash tag, so that a cluster keeps them in one place. */
export const redisKeys = ['sums', 'open', 'rows', 'settled'].map((name) => `{orch-budget}:${name}`);

/**
 * ARGV: the operation, and its arguments as JSON. Returns its status, the ids, rows and amounts of reservations that it
 * found to be spent by processes that have gone, and further values. Numbers are given as text: Lua would shorten them.
 *
 * `open` holds `phase|until|day|nano|project` by id; `sums` has one field per day, and one per day and project. `rows`
 * holds the row of a reservation until it is settled or recorded. Each of the three holds the epoch, which a rebuilding
 * begins: a server that evicts keys may lose one of them alone.
 */
export const redisScript = `
local sums, open, rows, settled = unpack(KEYS)
local op, args = ARGV[1], cjson.decode(ARGV[2])
local hour = 3600 * 1000
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)

-- Who only looks writes nothing.
local looks = op == 'state'

local function text(number)
  return string.format('%.0f', number)
end

local function add(day, project, nano)
  if nano == 0 then return end
  redis.call('HINCRBY', sums, day, text(nano))
  redis.call('HINCRBY', sums, day .. '|' .. project, text(nano))
end

if op == 'rebuild' then
  redis.call('DEL', sums)
  for _, sum in ipairs(args.sums) do add(sum[1], sum[2], tonumber(sum[3])) end
  for _, key in ipairs({sums, open, rows}) do redis.call('HSET', key, 'epoch', args.id) end
else
  local epoch = redis.call('HGET', sums, 'epoch')
  if not epoch or redis.call('HGET', open, 'epoch') ~= epoch or redis.call('HGET', rows, 'epoch') ~= epoch then
    return {'lost', {}}
  end
end

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

local stored = redis.call('HGETALL', open)
for i = 1, #stored, 2 do
  local id = stored[i]
  local phase, till, day, nano, project = string.match(stored[i + 1], '^(%a+)|(%d+)|([%d-]+)|(%d+)|(.*)$')
  local entry = {phase = phase, till = tonumber(till), day = day, nano = tonumber(nano), project = project}
  if phase == 'held' or phase == 'spent' or phase == 'estimated' then
    entries[id] = entry
  else
    phase = nil
    if id ~= 'epoch' then
      damaged = true
      if op == 'rebuild' then drop(id) end
    end
  end
  if looks then
    if phase == 'held' and entry.till <= now then entries[id] = nil end
  elseif phase == 'held' then
    if entry.till <= now and not own[id] then drop(id) end
  elseif phase and (op == 'rebuild' or entry.till <= now) then
    local row = redis.call('HGET', rows, id)
    if phase == 'estimated' and not row then
      -- The rows that a rebuilding sums up hold the estimates that were recorded.
      if op == 'rebuild' or entry.till + 24 * hour < now then drop(id) end
    elseif not own[id] then
      if phase == 'spent' and entry.till <= now or phase == 'estimated' and op == 'rebuild' then
        add(entry.day, entry.project, entry.nano)
      end
      if entry.till <= now then
        if row then
          for _, value in ipairs({id, row, text(entry.nano)}) do estimated[#estimated + 1] = value end
        end
        entry.phase = 'estimated'
        -- Whoever is told of it has this time to record the row.
        entry.till = now + args.leaseMs
        put(id, entry)
      end
    end
  end
end

local function used(limit)
  local fields = {}
  for i, day in ipairs(limit.days) do
    fields[i] = limit.project and (day .. '|' .. limit.project) or day
  end
  local spent, reserved = 0, 0
  for _, nano in ipairs(redis.call('HMGET', sums, unpack(fields))) do
    if nano and string.match(nano, '^%-?%d+$') then
      spent = spent + math.max(0, tonumber(nano))
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

local id = args.ids and args.ids[1]
local entry = id and entries[id]

if op == 'reserve' then
  local nano = tonumber(args.nano)
  local refused, least
  for i, limit in ipairs(args.limits) do
    local spent, reserved = used(limit)
    local left = tonumber(limit.nano) - spent - reserved
    if nano > left and (not least or left < least) then
      least = left
      refused = {'refused', estimated, text(i - 1), text(spent), text(reserved)}
    end
  end
  if damaged then return {'lost', {}} end
  if refused then return refused end
  put(id, {phase = 'held', till = now + args.leaseMs, day = args.day, nano = nano, project = args.project})
  if args.row then redis.call('HSET', rows, id, args.row) end
elseif op == 'commit' then
  if not entry or entry.phase ~= 'held' then return {'over', estimated} end
  entry.phase = 'spent'
  entry.till = now + args.leaseMs
  put(id, entry)
elseif op == 'renew' then
  for each in pairs(own) do
    local kept = entries[each]
    if kept and kept.phase ~= 'estimated' then
      kept.till = now + args.leaseMs
      put(each, kept)
    end
  end
elseif op == 'settle' then
  -- Repeated, as the connection was lost before the answer came.
  if redis.call('ZSCORE', settled, id) then return {'done', estimated} end
  redis.call('ZADD', settled, now, id)
  redis.call('ZREMRANGEBYSCORE', settled, '-inf', now - hour)
  if entry then
    if entry.phase == 'estimated' then add(entry.day, entry.project, -entry.nano) end
    drop(id)
  end
  add(args.day, args.project, tonumber(args.nano))
elseif op == 'recorded' then
  for each in pairs(own) do redis.call('HDEL', rows, each) end
elseif op == 'release' then
  if entry and entry.phase == 'held' then drop(id) end
elseif op == 'state' then
  local reply = {'done', estimated}
  for _, limit in ipairs(args.limits) do
    local spent, reserved = used(limit)
    reply[#reply + 1] = text(spent)
    reply[#reply + 1] = text(reserved)
  end
  if damaged then return {'lost', {}} end
  return reply
end
return {'done', estimated}
`;
