// Package thanos runs the acceptance test that Thanos' object storage module has for its stores.
package thanos

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/go-kit/log"
	"github.com/thanos-io/objstore"
	"github.com/thanos-io/objstore/providers/s3"

	"larder/clients/server"
)

func settings(t *testing.T) s3.Config {
	t.Helper()
	made := s3.DefaultConfig
	made.Bucket = server.Bucket(t)
	made.Endpoint = strings.TrimPrefix(server.Variable(t, "ENDPOINT"), "http://")
	made.Region = server.Region
	made.AccessKey = server.Variable(t, "AWS_ACCESS_KEY_ID")
	made.SecretKey = server.Variable(t, "AWS_SECRET_ACCESS_KEY")
	made.Insecure = true
	return made
}

func open(t *testing.T, made s3.Config) *s3.Bucket {
	t.Helper()
	bucket, err := s3.NewBucketWithConfig(log.NewNopLogger(), made, "larder", nil)
	server.Must(t, err)
	t.Cleanup(func() { server.Must(t, bucket.Close()) })
	return bucket
}

func TestAcceptance(t *testing.T) {
	objstore.AcceptanceTest(t, open(t, settings(t)))
}

func TestAcceptanceWithTheOldListing(t *testing.T) {
	made := settings(t)
	made.ListObjectsVersion = "v1"
	objstore.AcceptanceTest(t, open(t, made))
}

func TestAcceptanceBelowAPrefix(t *testing.T) {
	objstore.AcceptanceTest(t, objstore.NewPrefixedBucket(open(t, settings(t)), "some/where"))
}

func TestLargeBlockInParts(t *testing.T) {
	ctx := context.Background()
	made := settings(t)
	made.PartSize = 5 << 20
	bucket := open(t, made)
	body := server.Noise(server.LargeBytes(t))
	server.Must(t, bucket.Upload(ctx, "01BLOCK/chunks/000001", bytes.NewReader(body)))
	whole, err := bucket.Get(ctx, "01BLOCK/chunks/000001")
	server.Must(t, err)
	server.Same(t, server.Read(t, whole), body)
	part, err := bucket.GetRange(ctx, "01BLOCK/chunks/000001", 5<<20-3, 1234)
	server.Must(t, err)
	server.Same(t, server.Read(t, part), body[5<<20-3:5<<20-3+1234])
	server.Must(t, bucket.Delete(ctx, "01BLOCK/chunks/000001"))
	there, err := bucket.Exists(ctx, "01BLOCK/chunks/000001")
	server.Must(t, err)
	server.Equal(t, there, false)
}
