package trainingweb

import (
	"context"

	"gongyi/internal/module/training"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// facts are what a session is.
func facts(ctx context.Context, s *training.Session, taken int) []ui.Fact {
	all := []ui.Fact{{Name: i18n.T(ctx, "在哪里"), Text: s.Place}}
	if s.Host != "" {
		all = append(all, ui.Fact{Name: i18n.T(ctx, "谁来讲"), Text: s.Host})
	}
	return append(all, ui.Fact{Name: i18n.T(ctx, "座位"), Text: i18n.T(ctx, "%d 个，坐了 %d 个", s.Seats, taken)})
}

// materialRows are what is handed out, under an address of the session. A link is
// written out and not made one: no page of the house leads away from it.
func materialRows(ctx context.Context, all []training.Material, base string) (rows []ui.Row) {
	for _, m := range all {
		row := ui.Row{Icon: "link", Title: m.Title, Text: m.Link}
		if !m.File.IsZero() {
			row.Icon, row.Text, row.Href = "file", i18n.T(ctx, "PDF 文件，点开下载"), base+"/material/"+m.ID.String()
		}
		rows = append(rows, row)
	}
	return rows
}

// crumbs say where a page of the desk lies.
func crumbs(ctx context.Context, room portal.Room, more ...ui.Link) []ui.Link {
	all := []ui.Link{{Href: "/desk/training", Text: i18n.T(ctx, "培训会")}, {Text: portal.PlaceName(room.Place)}}
	if len(more) > 0 {
		all[1].Href = room.Desk("training", "")
	}
	return append(all, more...)
}
