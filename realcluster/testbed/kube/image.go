// SPDX-License-Identifier: Apache-2.0
package main

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// image -o OUT.tar -t NAME:TAG,... [-entry /path,arg,...] HOSTFILE=/path/in/image ...
// writes a docker-archive of one layer, which containerd imports.
func image(args []string) error {
	fs := flag.NewFlagSet("image", flag.ExitOnError)
	out := fs.String("o", "image.tar", "output archive")
	tags := fs.String("t", "", "names:tags, comma separated")
	entry := fs.String("entry", "", "entrypoint, comma separated")
	fs.Parse(args)
	layer, err := layerOf(fs.Args())
	if err != nil {
		return err
	}
	config, err := json.Marshal(map[string]any{
		"architecture": runtime.GOARCH,
		"os":           "linux",
		"rootfs":       map[string]any{"type": "layers", "diff_ids": []string{digest(layer)}},
		"config": map[string]any{
			"Entrypoint": split(*entry), "Env": []string{"PATH=/"}, "WorkingDir": "/"},
	})
	if err != nil {
		return err
	}
	configName := strings.TrimPrefix(digest(config), "sha256:") + ".json"
	manifest, err := json.Marshal([]map[string]any{{
		"Config": configName, "RepoTags": split(*tags), "Layers": []string{"layer.tar"}}})
	if err != nil {
		return err
	}
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	for _, f := range []struct {
		name    string
		content []byte
	}{{configName, config}, {"layer.tar", layer}, {"manifest.json", manifest}} {
		if err := addFile(w, f.name, 0o644, f.content); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	// Whole or not at all: two checkouts may build at once.
	if err := os.WriteFile(*out+".new", archive.Bytes(), 0o644); err != nil {
		return err
	}
	return os.Rename(*out+".new", *out)
}

func digest(b []byte) string { return fmt.Sprintf("sha256:%x", sha256.Sum256(b)) }

// A tar of "HOSTFILE=/path" pairs, with the folders they need and an empty /tmp and /etc.
func layerOf(pairs []string) ([]byte, error) {
	var layer bytes.Buffer
	w := tar.NewWriter(&layer)
	seen := map[string]bool{"": true, ".": true}
	for _, pair := range pairs {
		host, path, ok := strings.Cut(pair, "=")
		if !ok {
			return nil, fmt.Errorf("expected HOSTFILE=/path, found %q", pair)
		}
		content, err := os.ReadFile(host)
		if err != nil {
			return nil, err
		}
		path = strings.TrimPrefix(path, "/")
		if err := addFolders(w, filepath.Dir(path), seen); err != nil {
			return nil, err
		}
		if err := addFile(w, path, 0o755, content); err != nil {
			return nil, err
		}
	}
	for _, folder := range []string{"tmp", "etc"} {
		if err := addFolders(w, folder, seen); err != nil {
			return nil, err
		}
	}
	err := w.Close()
	return layer.Bytes(), err
}

func addFolders(w *tar.Writer, folder string, seen map[string]bool) error {
	if seen[folder] {
		return nil
	}
	seen[folder] = true
	if err := addFolders(w, filepath.Dir(folder), seen); err != nil {
		return err
	}
	return w.WriteHeader(&tar.Header{Name: folder + "/", Typeflag: tar.TypeDir, Mode: 0o755})
}

func addFile(w *tar.Writer, name string, mode int64, content []byte) error {
	header := tar.Header{Name: name, Mode: mode, Size: int64(len(content))}
	if err := w.WriteHeader(&header); err != nil {
		return err
	}
	_, err := io.Copy(w, bytes.NewReader(content))
	return err
}
