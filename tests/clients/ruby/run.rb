# One test of this directory by its name: `ruby run.rb FILE NAME`. Ends with "passed NAME".

require "digest"
require "net/http"
require "uri"

TESTS = {}

def test(name, &body)
  raise "two tests are named #{name}" if TESTS.key?(name)

  TESTS[name] = body
end

def same(got, wanted)
  return if got == wanted

  shown = [got, wanted].map { |value| value.inspect[0, 300] }
  raise "got #{shown[0]} instead of #{shown[1]}"
end

# For bodies: a message of bounded length.
def same_bytes(got, wanted)
  same(named(got), named(wanted))
end

def named(body)
  body = body.b
  "#{body.bytesize} bytes, MD5 #{Digest::MD5.hexdigest(body)}"
end

def raises(kind)
  begin
    yield
  rescue kind => error
    return error
  end
  raise "no #{kind} was raised"
end

def setting(name)
  ENV.fetch(name)
end

# A plain HTTP request, as anyone without a client would make it.
def fetch(kind, url, body = nil, headers = {})
  uri = URI(url)
  request = Net::HTTP.const_get(kind).new(uri, headers)
  request.body = body if body
  Net::HTTP.start(uri.host, uri.port) { |http| http.request(request) }
end

file, name = ARGV
require_relative file
TESTS.fetch(name).call
puts "passed #{name}"
