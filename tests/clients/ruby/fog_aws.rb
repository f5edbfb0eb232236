# fog-aws: GitLab's and CarrierWave's way to S3. It signs by itself.

require "fog/aws"

def storage
  @storage ||= Fog::Storage.new(
    provider: "AWS", endpoint: setting("ENDPOINT"), region: "us-east-1", path_style: true,
    aws_access_key_id: setting("AWS_ACCESS_KEY_ID"),
    aws_secret_access_key: setting("AWS_SECRET_ACCESS_KEY")
  )
end

def directory
  @directory ||= storage.directories.get(setting("BUCKET"))
end

ODD_KEYS = [
  "a b+c.txt", "percent%20.txt", "ä日本語", "quote'\"&<>", "with/slash/twice", "star*(~)!"
].freeze

test "odd keys are put, listed, copied and deleted" do
  ODD_KEYS.each { |key| directory.files.create(key: key, body: key) }
  same(directory.files.reload.map(&:key).sort, ODD_KEYS.sort)
  ODD_KEYS.each do |key|
    directory.files.get(key).copy(setting("BUCKET"), "copy of #{key}")
    same_bytes(directory.files.get("copy of #{key}").body, key)
  end
  storage.delete_multiple_objects(setting("BUCKET"), ODD_KEYS)
  left = ODD_KEYS.map { |key| "copy of #{key}" }
  same(directory.files.reload.map(&:key).sort, left.sort)
end

test "a large file in parts" do
  File.open(setting("LARGE_FILE"), "rb") do |source|
    directory.files.create(key: "large", body: source, multipart_chunk_size: 5 * 1024 * 1024)
  end
  digest = Digest::MD5.new
  directory.files.get("large") { |piece, _left, _whole| digest << piece }
  same(digest.hexdigest, Digest::MD5.file(setting("LARGE_FILE")).hexdigest)
  same(directory.files.head("large").etag.include?("-"), true)
end

test "a large file copied in parts" do
  File.open(setting("LARGE_FILE"), "rb") do |source|
    directory.files.create(key: "one", body: source)
  end
  file = directory.files.head("one")
  file.multipart_chunk_size = 6 * 1024 * 1024
  file.concurrency = 2
  file.copy(setting("BUCKET"), "two b+c")
  digest = Digest::MD5.new
  directory.files.get("two b+c") { |piece, _left, _whole| digest << piece }
  same(digest.hexdigest, Digest::MD5.file(setting("LARGE_FILE")).hexdigest)
end

test "metadata and headers" do
  directory.files.create(
    key: "kept", body: "k", content_type: "text/x-odd; charset=utf-8",
    content_disposition: 'attachment; filename="a b.txt"', cache_control: "max-age=3",
    metadata: { "x-amz-meta-kind" => "a+b, c=d" }
  )
  file = directory.files.head("kept")
  same(file.content_type, "text/x-odd; charset=utf-8")
  same(file.content_disposition, 'attachment; filename="a b.txt"')
  same(file.metadata["x-amz-meta-kind"], "a+b, c=d")
end

test "a bucket made, versioned and removed" do
  name = "#{setting('BUCKET')}-fog"
  made = storage.directories.create(key: name)
  # Sent without Content-MD5 and without a checksum.
  made.versioning = true
  same(made.versioning?, true)
  made.files.create(key: "many", body: "one")
  made.files.create(key: "many", body: "two")
  bodies = made.files.get("many").versions.map do |version|
    made.files.get("many", "versionId" => version.version).body
  end
  same(bodies.sort, %w[one two])
  same(storage.get_object_tagging(name, "many").body["ObjectTagging"], {})
  storage.put_object_tagging(name, "many", "team" => "red + blue")
  same(storage.get_object_tagging(name, "many").body["ObjectTagging"], "team" => "red + blue")
  made.versions.each(&:destroy)
  same(made.destroy, true)
  same(storage.directories.get(name), nil)
end

test "access lists without a body" do
  storage.put_object(setting("BUCKET"), "k", "body", "x-amz-acl" => "private")
  storage.put_object_acl(setting("BUCKET"), "k", "private")
  storage.put_bucket_acl(setting("BUCKET"), "private")
  same(storage.get_object_acl(setting("BUCKET"), "k").body["AccessControlList"].size, 1)
end

test "signed urls" do
  directory.files.create(key: "by url/ä +&", body: "by url")
  url = storage.get_object_url(setting("BUCKET"), "by url/ä +&", Time.now + 60)
  same_bytes(fetch("Get", url).body, "by url")
  put = storage.put_object_url(setting("BUCKET"), "up b+c", Time.now + 60)
  same(fetch("Put", put, "put by url").code, "200")
  same_bytes(directory.files.get("up b+c").body, "put by url")
end

test "errors are typed" do
  raises(Excon::Error::NotFound) { storage.get_object(setting("BUCKET"), "none") }
  same(directory.files.get("none"), nil)
  raises(Excon::Error::NotFound) { storage.get_bucket("no-such-bucket-here") }
end
