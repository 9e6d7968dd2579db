package privacyweb

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/paper"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// file packs everything into one file: pages to read and files for programs.
func (h pages) file(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	chapters, err := h.Flows.Told(ctx, authz.Of(ctx).Acting())
	if err != nil {
		return err
	}
	packed, err := pack(ctx, chapters, h.local(h.Flows.DB.Clock().Now()))
	if err != nil {
		return err
	}
	name := i18n.T(ctx, "我的数据") + ".zip"
	w.Header().Set("Content-Disposition", `attachment; filename="gongyi-data.zip"; filename*=UTF-8''`+url.PathEscape(name))
	return httpkit.Send(w, r, http.StatusOK, httpkit.Never, "application/zip", packed)
}

// pack makes the file.
func pack(ctx context.Context, chapters []flow.Chapter, now time.Time) ([]byte, error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	put := func(name string, body []byte) error {
		f, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: now})
		if err == nil {
			_, err = f.Write(body)
		}
		return err
	}
	pages, err := print(ctx, chapters, now)
	if err != nil {
		return nil, err
	}
	if err := put(i18n.T(ctx, "我的数据")+".pdf", pages); err != nil {
		return nil, err
	}
	for _, c := range chapters {
		body, err := json.MarshalIndent(c.Data, "", "  ")
		if err != nil {
			return nil, fmt.Errorf("privacyweb: %s: %w", c.File, err)
		}
		if err := put("json/"+c.File, append(body, '\n')); err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil { // it writes what leads to the files, and comes before the bytes are taken
		return nil, err
	}
	return b.Bytes(), nil
}

// print makes the pages to read.
func print(ctx context.Context, chapters []flow.Chapter, now time.Time) ([]byte, error) {
	d := paper.New(i18n.T(ctx, "我的数据"), i18n.T(ctx, "共益 · %s", ui.Moment(ctx, now)))
	d.Text(i18n.T(ctx, "这里是我们知道的您的全部。同样的内容，压缩包里还有给程序读的 JSON。金额以元计；抵扣权益每 10.00 是一小时服务。"))
	var empty []string
	for _, c := range chapters {
		if len(c.Rows) == 0 {
			empty = append(empty, c.Title)
			continue
		}
		d.Heading(i18n.T(ctx, "%s（%d）", c.Title, len(c.Rows)))
		columns := make([]paper.Column, len(c.Columns))
		for i, text := range c.Columns {
			columns[i] = paper.Column{Text: text, Share: 1, Num: slices.Contains(c.Num, i)}
			if len(c.Shares) > i {
				columns[i].Share = float64(c.Shares[i])
			}
		}
		d.Table(columns, c.Rows)
	}
	if len(empty) > 0 {
		d.Heading(i18n.T(ctx, "什么都没有的"))
		d.Text(strings.Join(empty, i18n.T(ctx, "、")))
	}
	return d.Bytes()
}

func moreReads(ctx context.Context, v dataView) ui.Link {
	if len(v.Reads) == 0 {
		return ui.Link{}
	}
	return ui.Link{Href: readsPath, Text: i18n.T(ctx, "全部")}
}

func dayOf(at time.Time) period.Day { return period.DayOf(at, portal.Zone) }
