"""What Redis does in one step for the broker, in Lua, and the names of the keys.

All keys have the same part in braces, so that a Redis Cluster keeps them on one node.
"""

LOG = "{websocket-lab}:log"
GUESTS = "{websocket-lab}:guests"
BORN = "{websocket-lab}:born"
# How many entries a process can be behind before it has missed some: minutes of a busy server.
MAX_ENTRIES = 100_000
HISTORY_SECONDS = 24 * 3600
PROCESS_SECONDS = 3600


def process_key(process: str) -> str:
    """Return where it is noted how far a process has written."""
    return f"{{websocket-lab}}:process:{process}"


def history_key(place: str, room: str) -> str:
    """Return where the last messages of a room are."""
    return f"{{websocket-lab}}:history:{place}:{room}"


# A process starts to read: the guests, and the newest entry, at one moment.
LOOK = """
local guests, log = unpack(KEYS)
return {redis.call('HVALS', guests), redis.call('XREVRANGE', log, '+', '-', 'COUNT', 1)}
"""

# A process starts to write, anew after each loss of its connection. What it sent before and is still on
# its way is refused from now on. The answer is the number of the last command that was carried out, or
# -1 if the process is unknown.
BEGIN = f"""
local key, session = KEYS[1], ARGV[1]
local last = redis.call('HGET', key, 'last') or '-1'
redis.call('HSET', key, 'session', session, 'last', math.max(0, last))
redis.call('EXPIRE', key, {PROCESS_SECONDS})
return last
"""

# One command: it is carried out and logged, or neither.
WRITE = f"""
local log, guests, process_key, history = unpack(KEYS)
local session, number, kind, name, guest, about, message, keep = unpack(ARGV)
if redis.call('HGET', process_key, 'session') ~= session then return 'forgotten' end
redis.call('HSET', process_key, 'last', number)

local there = guest ~= '' and redis.call('HGET', guests, name)
if kind == 'entered' then
  if there then return there == guest and 'there' or 'taken' end
  redis.call('HSET', guests, name, guest)
elseif kind == 'changed' then
  redis.call('HSET', guests, name, guest)
elseif kind == 'left' then
  if there ~= guest then return 'absent' end
  redis.call('HDEL', guests, name)
elseif kind == 'said' then
  if guest ~= '' and there ~= guest then return 'absent' end
elseif kind == 'beat' then
  redis.call('EXPIRE', process_key, {PROCESS_SECONDS})
end

local id = redis.call('XADD', log, 'MAXLEN', '~', {MAX_ENTRIES}, '*', about, message)
if keep == '1' then
  redis.call('XADD', history, 'MAXLEN', '~', 50, id, 'message', message)
  redis.call('EXPIRE', history, {HISTORY_SECONDS})
end
return 'logged'
"""

# A process has ended: its guests are gone, their names are free, and it is told that it is forgotten.
BURY = """
local log, guests, process_key = unpack(KEYS)
local process = ARGV[1]
local all = redis.call('HGETALL', guests)
for index = 1, #all, 2 do
  if cjson.decode(all[index + 1]).process == process then redis.call('HDEL', guests, all[index]) end
end
redis.call('DEL', process_key)
local about = cjson.encode({kind = 'gone', process = process})
redis.call('XADD', log, '*', about, '')
"""
