"""What Redis does in one step for the broker, in Lua, and the names of the keys.

All keys have the same part in braces, so that a Redis Cluster keeps them on one node.

The first write of each script is one that a full Redis refuses. So a script is carried out as a whole or not
at all: a full Redis lets commands through that free memory, such as HDEL.
"""

from ..history import HISTORY


# How much a process can be behind before it has missed some: minutes of a busy server.
MAX_LOG_BYTES = 64 * 1024 * 1024
# The log is trimmed by whole segments.
LOG_SEGMENTS = 16
# What an entry takes besides its text.
ENTRY_BYTES = 100
HISTORY_SECONDS = 24 * 3600
PROCESS_SECONDS = 3600


class Keys:
    """The names of the keys; servers with different prefixes share one Redis and know nothing of each other.

    Args:
        prefix: How each name begins.
    """

    def __init__(self, prefix: str) -> None:
        self._tag = tag = f"{{{prefix}}}"
        self.log = f"{tag}:log"
        # About the log: how many bytes it has, and up to where it was trimmed.
        self.log_state = f"{tag}:log-state"
        # Where each segment of the log ends, and how many bytes it has.
        self.segments = f"{tag}:log-segments"
        self.presences = f"{tag}:presences"
        # Who was there first after the broker was empty: another one means that it has lost its memory.
        self.epoch = f"{tag}:epoch"
        # How many bytes the history of each room has, and when something was said there last.
        self.room_bytes = f"{tag}:room-bytes"
        self.room_times = f"{tag}:room-times"

    def process(self, process: str) -> str:
        """Return where it is noted how far a process has written."""
        return f"{self._tag}:process:{process}"

    def history(self, place: str, room: str) -> str:
        """Return where the last messages of a room are."""
        return f"{self._tag}:room:{place}:{room}"


# A process starts to read: the presences, and the newest entry, at one moment.
LOOK = """
local presences, log = unpack(KEYS)
return {redis.call('HVALS', presences), redis.call('XREVRANGE', log, '+', '-', 'COUNT', 1)}
"""

# A process starts to write, again after each loss of its connection. What it sent before and is still on
# its way is refused from now on. The answer is the number of the last command that was carried out, or
# -1 if the process is unknown.
BEGIN = f"""
local key, session = KEYS[1], ARGV[1]
local last = redis.call('HGET', key, 'last') or '-1'
redis.call('HSET', key, 'session', session, 'last', math.max(0, last))
redis.call('EXPIRE', key, {PROCESS_SECONDS})
return last
"""

# Adds to the log, and trims it by its bytes. `segments` knows which entries to remove for how many bytes:
# to ask Redis how much memory a stream takes would cost more than the entry.
APPEND = f"""
local function append(log, state, segments, max_bytes, about, message)
  local id = redis.call('XADD', log, '*', about, message)
  local segment = redis.call('HINCRBY', state, 'segment', #about + #message + {ENTRY_BYTES})
  if segment < max_bytes / {LOG_SEGMENTS} then return id end

  redis.call('RPUSH', segments, id .. ' ' .. segment)
  redis.call('HSET', state, 'segment', 0)
  local total = redis.call('HINCRBY', state, 'total', segment)
  while total > max_bytes do
    local ms, number, bytes = redis.call('LPOP', segments):match('(%d+)-(%d+) (%d+)')
    redis.call('XTRIM', log, 'MINID', string.format('%s-%.0f', ms, number + 1))
    redis.call('HSET', state, 'trimmed', ms .. '-' .. number)
    total = redis.call('HINCRBY', state, 'total', -bytes)
  end
  return id
end
"""

# Keeps a message for newcomers, and forgets what is too much for its room or for all rooms together.
REMEMBER = f"""
local function forget_room(history, sizes, times)
  redis.call('HINCRBY', sizes, '', -(redis.call('HGET', sizes, history) or 0))
  redis.call('HDEL', sizes, history)
  redis.call('ZREM', times, history)
  redis.call('DEL', history)
end

local function resize(history, sizes, bytes)
  return redis.call('HINCRBY', sizes, history, bytes), redis.call('HINCRBY', sizes, '', bytes)
end

local function remember(history, sizes, times, id, message)
  redis.call('XADD', history, id, 'message', message)
  redis.call('ZADD', times, id:match('%d+'), history)
  local size, total = resize(history, sizes, #message + {ENTRY_BYTES})
  while redis.call('XLEN', history) > {HISTORY.entries} or size > {HISTORY.room_bytes} do
    local oldest = redis.call('XRANGE', history, '-', '+', 'COUNT', 1)[1]
    redis.call('XDEL', history, oldest[1])
    size, total = resize(history, sizes, -(#oldest[2][2] + {ENTRY_BYTES}))
  end
  while total > {HISTORY.total_bytes} do
    forget_room(redis.call('ZRANGE', times, 0, 0)[1], sizes, times)
    total = tonumber(redis.call('HGET', sizes, ''))
  end
end

local function forget_old_rooms(sizes, times, now)
  local old = now - {HISTORY_SECONDS * 1000}
  for _, history in ipairs(redis.call('ZRANGEBYSCORE', times, '-inf', old, 'LIMIT', 0, 10)) do
    forget_room(history, sizes, times)
  end
end
"""

# One command: it is carried out and logged, or neither.
WRITE = f"""
{APPEND}
{REMEMBER}
local log, state, segments, presences, process_key, history, sizes, times = unpack(KEYS)
local session, number, kind, name, presence, about, message, max_log_bytes, keep = unpack(ARGV)
if redis.call('HGET', process_key, 'session') ~= session then return 'forgotten' end
redis.call('HSET', process_key, 'last', number)

local there = presence ~= '' and redis.call('HGET', presences, name)
if kind == 'joined' then
  if there then return there == presence and 'there' or 'taken' end
  redis.call('HSET', presences, name, presence)
elseif kind == 'updated' then
  redis.call('HSET', presences, name, presence)
elseif kind == 'left' then
  if there ~= presence then return 'absent' end
  redis.call('HDEL', presences, name)
elseif kind == 'published' then
  if presence ~= '' and there ~= presence then return 'absent' end
end

local id = append(log, state, segments, tonumber(max_log_bytes), about, message)
if keep == '1' then
  remember(history, sizes, times, id, message)
elseif kind == 'beat' then
  redis.call('EXPIRE', process_key, {PROCESS_SECONDS})
  forget_old_rooms(sizes, times, id:match('%d+'))
end
return 'logged'
"""

# A process has ended, or is thought to have: its presences are gone, their names are free, and it is told
# that it is forgotten; unless it has written something since the command by which it was last seen. The log
# has an entry for each presence, so that reading it takes no other knowledge.
EXPIRE = f"""
{APPEND}
local log, state, segments, presences, process_key = unpack(KEYS)
local process, number, max_log_bytes = ARGV[1], ARGV[2], tonumber(ARGV[3])
local last = redis.call('HGET', process_key, 'last')
if last and number ~= '' and last ~= number then return end

redis.call('HSET', state, 'expired', process)
local function tell(about)
  append(log, state, segments, max_log_bytes, cjson.encode(about), '')
end
local all = redis.call('HGETALL', presences)
for index = 1, #all, 2 do
  local presence = cjson.decode(all[index + 1])
  if presence.process == process then
    redis.call('HDEL', presences, all[index])
    local place, room = presence.place, presence.room
    tell({{kind = 'expired', process = process, place = place, room = room, presence = presence}})
  end
end
redis.call('DEL', process_key)
tell({{kind = 'gone', process = process}})
"""
