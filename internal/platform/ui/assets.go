package ui

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
)

//go:generate npm --prefix ../../../web run build
//go:embed assets
var assetFiles embed.FS

// asset is one file that pages load. Its address carries its fingerprint, so
// it may be kept for ever and a new build gets a new address.
type asset struct {
	url, kind string
	plain     []byte
	packed    func() []byte // packed at the first asking: some files are large, and seldom wanted
}

var assets = loadAssets()

// fingerprinted is a name in which the builder of scripts has already put one.
var fingerprinted = regexp.MustCompile(`-[A-Z0-9]{8}\.[a-z]+$`)

func loadAssets() map[string]asset {
	const script = "text/javascript; charset=utf-8"
	kinds := map[string]string{".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".png": "image/png", ".js": script, ".mjs": script}
	all := make(map[string]asset)
	files, err := fs.ReadDir(assetFiles, "assets")
	if err != nil {
		panic("ui: " + err.Error())
	}
	for _, f := range files {
		b, err := assetFiles.ReadFile("assets/" + f.Name())
		if err != nil {
			panic("ui: " + err.Error())
		}
		sum := sha256.Sum256(b)
		ext := path.Ext(f.Name())
		url := "/assets/" + f.Name()
		if !fingerprinted.MatchString(f.Name()) {
			url = "/assets/" + strings.TrimSuffix(f.Name(), ext) + "." + hex.EncodeToString(sum[:6]) + ext
		}
		all[f.Name()] = asset{url: url, kind: kinds[ext], plain: b, packed: sync.OnceValue(func() []byte { return pack(b) })}
	}
	return all
}

func pack(b []byte) []byte {
	var out bytes.Buffer
	w, _ := gzip.NewWriterLevel(&out, gzip.BestCompression)
	_, _ = w.Write(b) // a bytes.Buffer takes everything
	_ = w.Close()
	return out.Bytes()
}

// Asset is the address of a file in assets.
func Asset(name string) string { return assets[name].url }

// AssetBytes is a file of assets as it is.
func AssetBytes(name string) []byte { return assets[name].plain }

// lightLimit is the size up to which a file belongs to what every phone keeps.
const lightLimit = 64 << 10

// LightAssets lists the addresses of what pages need without a network: the style sheet,
// the script, the icons, and what is small.
func LightAssets() (urls []string) {
	for name, a := range assets {
		if name != "sw.js" && (len(a.plain) <= lightLimit || name == "gongyi.css" || name == "gongyi.js") {
			urls = append(urls, a.url)
		}
	}
	slices.Sort(urls)
	return urls
}

// Assets serves the files below /assets/; other names are not found.
func Assets() http.Handler {
	byURL := make(map[string]asset, len(assets))
	for _, a := range assets {
		byURL[a.url] = a
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, ok := byURL[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		h := w.Header()
		h.Set("Content-Type", a.kind)
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		h.Set("Vary", "Accept-Encoding")
		body := a.plain
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			h.Set("Content-Encoding", "gzip")
			body = a.packed()
		}
		_, _ = w.Write(body) // the reader may have gone
	})
}
