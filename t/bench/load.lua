-- What wrk sends, and how it says what came of it.
--
-- wrk … -s load.lua URL -- same METHOD BODY-FILE "Name: value" …
--     one request, over and over; BODY-FILE may be "-"
-- wrk … -s load.lua URL -- count METHOD TAG "Name: value" …
--     a code request for another address each time
-- wrk … -s load.lua URL -- list FILE once|again
--     whole requests from a file, each behind its length in a line
--
-- DELAY=MILLISECONDS in the environment: every connection waits that long
-- before a request, by half more or less.  All as long would keep in step, and
-- every request would wait for those sent with it.  The last line of output is
-- "RESULT requests microseconds failed p50 p99" (the last two microseconds).

local threads = 0


function setup(thread)
    thread:set("index", threads)
    threads = threads + 1
end


local function headers(args, first)
    for i = first, #args do
        local name, value = args[i]:match("^([^:]+): (.*)$")
        wrk.headers[name] = value
    end
end


local function same(args)
    wrk.method = args[2]

    if args[3] ~= "-" then
        local file = assert(io.open(args[3], "rb"))
        wrk.body = file:read("*a")
        file:close()
    end

    headers(args, 4)
end


-- Addresses are all as long as another, so that the head is made once.

local function count(args)
    local form = '{"email":"%s%d.%09d@bench.example",'
                 .. '"purpose":"registration"}'
    local n = 0

    headers(args, 4)

    wrk.body = form:format(args[3], index, 0)
    local head = wrk.format(args[2]):match("^(.-\r\n\r\n)")

    request = function()
        n = n + 1
        return head .. form:format(args[3], index, n)
    end
end


-- Each of the two threads takes every other request of the file.

local function list(args)
    local all = {}
    local file = assert(io.open(args[2], "rb"))
    local n = 0

    for line in file:lines() do
        if n % 2 == index then
            all[#all + 1] = file:read(tonumber(line))
        else
            file:seek("cur", tonumber(line))
        end
        n = n + 1
    end

    file:close()
    n = 0

    request = function()
        n = n + 1

        if n > #all then
            if args[3] == "once" then
                wrk.thread:stop()
            end
            n = 1
        end

        return all[n]
    end
end


local modes = { same = same, count = count, list = list }


function init(args)
    math.randomseed(os.time() + index)
    assert(modes[args[1]], "mode: same, count or list")(args)
end


-- wrk asks the main state whether requests are made one by one.

local mode = os.getenv("MODE")

if mode == "count" or mode == "list" then
    function request() return wrk.format() end
end


local wait = tonumber(os.getenv("DELAY"))

if wait then
    function delay() return wait * (0.5 + math.random()) end
end


function done(summary, latency)
    local failed = summary.errors

    io.write(string.format("RESULT %d %d %d %d %d\n", summary.requests,
                           summary.duration,
                           failed.connect + failed.read + failed.write
                           + failed.status + failed.timeout,
                           latency:percentile(50), latency:percentile(99)))
end
