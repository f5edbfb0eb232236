# The AWS SDK for Ruby, with its resources and its uploader.

require "aws-sdk-s3"
require "stringio"
require "tempfile"

def client
  @client ||= Aws::S3::Client.new(
    endpoint: setting("ENDPOINT"), region: "us-east-1", force_path_style: true, retry_limit: 0,
    access_key_id: setting("AWS_ACCESS_KEY_ID"), secret_access_key: setting("AWS_SECRET_ACCESS_KEY")
  )
end

def bucket
  @bucket ||= Aws::S3::Bucket.new(setting("BUCKET"), client: client)
end

ODD_KEYS = [
  "a b+c.txt", "percent%20.txt", "ä日本語", "quote'\"&<>", "with/slash//twice", "star*(~)!"
].freeze

test "odd keys are put, listed, copied and deleted" do
  ODD_KEYS.each { |key| bucket.put_object(key: key, body: key) }
  same(bucket.objects.map(&:key).sort, ODD_KEYS.sort)
  ODD_KEYS.each do |key|
    copy = bucket.object("copy of #{key}")
    copy.copy_from(bucket.object(key))
    same_bytes(copy.get.body.read, key)
  end
  bucket.objects.batch_delete!
  same(bucket.objects.count, 0)
end

test "a large file in parts" do
  large = bucket.object("large")
  large.upload_file(setting("LARGE_FILE"), multipart_threshold: 5 * 1024 * 1024)
  same(large.etag.include?("-"), true)
  Tempfile.create("back") do |back|
    large.download_file(back.path, chunk_size: 6 * 1024 * 1024, mode: "get_range")
    wanted = Digest::MD5.file(setting("LARGE_FILE")).hexdigest
    same(Digest::MD5.file(back.path).hexdigest, wanted)
    bucket.object("copied in parts").copy_from(large, multipart_copy: true)
    bucket.object("copied in parts").download_file(back.path)
    same(Digest::MD5.file(back.path).hexdigest, wanted)
  end
end

test "a stream of unknown length" do
  pieces = (0...90).map { |number| [number].pack("C") * 140_001 }
  bucket.object("streamed").upload_stream(part_size: 5 * 1024 * 1024) do |sink|
    sink.binmode
    pieces.each { |piece| sink << piece }
  end
  same_bytes(bucket.object("streamed").get.body.read, pieces.join)
end

test "metadata with odd characters" do
  kept = { "blanks" => "a  b   c", "tab" => "x\ty", "signs" => "a+b=c;,\"'%20" }
  kept.each do |name, value|
    bucket.put_object(key: "kept", body: "k", metadata: { name => value })
    same(bucket.object("kept").metadata[name], value)
  end
end

test "presigned requests" do
  object = bucket.object("by url/ä +&")
  answer = fetch("Put", object.presigned_url(:put, content_type: "text/x"), "by url",
                 "Content-Type" => "text/x")
  same(answer.code, "200")
  disposition = 'attachment; filename="x y.txt"'
  url = object.presigned_url(:get, response_content_disposition: disposition)
  answer = fetch("Get", url)
  same_bytes(answer.body, "by url")
  same(answer["content-disposition"], disposition)
end

test "a presigned post form" do
  post = bucket.presigned_post(
    key: "forms/${filename}", success_action_status: "201", content_length_range: 1..1000,
    metadata: { "original" => "name ${filename}" }
  )
  boundary = "larder-form-boundary"
  parts = post.fields.map do |name, value|
    "--#{boundary}\r\nContent-Disposition: form-data; name=\"#{name}\"\r\n\r\n#{value}\r\n"
  end
  file = "Content-Disposition: form-data; name=\"file\"; filename=\"up.txt\"\r\n\r\nby form"
  body = "#{parts.join}--#{boundary}\r\n#{file}\r\n--#{boundary}--\r\n"
  answer = fetch("Post", post.url, body,
                 "Content-Type" => "multipart/form-data; boundary=#{boundary}")
  raise answer.body unless answer.code == "201"

  got = bucket.object("forms/up.txt").get
  same_bytes(got.body.read, "by form")
  same(got.metadata["original"], "name up.txt")
end

test "versions, tags and delete markers" do
  bucket.versioning.enable
  first = bucket.put_object(key: "many", body: "one").version_id
  bucket.put_object(key: "many", body: "two", tagging: "team=red%20%2B%20blue")
  tags = client.get_object_tagging(bucket: bucket.name, key: "many").tag_set.map(&:to_h)
  same(tags, [{ key: "team", value: "red + blue" }])
  bucket.object("many").delete
  raises(Aws::S3::Errors::NoSuchKey) { bucket.object("many").get }
  same(bucket.object("many").get(version_id: first).body.read, "one")
  same(bucket.object_versions.count, 3)
  bucket.object_versions.batch_delete!
  same(bucket.object_versions.count, 0)
end

test "settings of a bucket without a digest of the body" do
  client.put_bucket_versioning(
    bucket: bucket.name, versioning_configuration: { status: "Suspended" }
  )
  client.put_object(bucket: bucket.name, key: "tagged", body: "t")
  client.put_object_tagging(
    bucket: bucket.name, key: "tagged", tagging: { tag_set: [{ key: "a", value: "b" }] }
  )
  client.put_bucket_tagging(
    bucket: bucket.name, tagging: { tag_set: [{ key: "c", value: "d" }] }
  )
  tags = client.get_bucket_tagging(bucket: bucket.name).tag_set
  same(tags.map(&:to_h), [{ key: "c", value: "d" }])
  same(client.get_bucket_versioning(bucket: bucket.name).status, "Suspended")
end

test "errors are typed" do
  raises(Aws::S3::Errors::NoSuchBucket) do
    client.list_objects_v2(bucket: "no-such-bucket-here")
  end
  raises(Aws::S3::Errors::NotFound) { bucket.object("none").head }
  same(bucket.object("none").exists?, false)
  error = raises(Aws::S3::Errors::NoSuchUpload) do
    client.upload_part(
      bucket: bucket.name, key: "k", upload_id: "none", part_number: 1, body: "x"
    )
  end
  same(error.message.empty?, false)
end
