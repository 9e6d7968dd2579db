package scoreweb

import (
	"context"
	"strconv"

	"gongyi/internal/kernel/money"
	"gongyi/internal/module/score"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

// partView is one part of a score, explained.
type partView struct {
	Part    score.Part
	Name    string
	Points  int
	Of      int
	Facts   []ui.Fact // what was put in
	Formula string
	Rows    ui.Link // where its rows are
}

// percent writes millionths as a percentage of at most one decimal.
func percent(millionths int64) string { return money.Rate(millionths / 1000 * 1000).Percent() }

// formula says how a part is made, with the community's numbers.
func formula(ctx context.Context, p score.Part, w *score.Weights) string {
	switch p {
	case score.Offer:
		return i18n.T(ctx, "优惠和免费服务占营业额的多少：到 %s 得一半，到 %s 得满分，中间按比例。", w.OfferMin.Percent(), w.OfferMax.Percent())
	case score.Recommend:
		return i18n.T(ctx, "推荐的新会员，每月要 %d 人：推荐够了得满分，不够按比例。", w.RecommendedMembers)
	case score.Repurchase:
		return i18n.T(ctx, "买过的会员里回头客占多少，和同行的中位数比：一样得一半，两倍得满分。同行只有一家就和全部店比。")
	case score.Reach:
		return i18n.T(ctx, "资格有效的会员里来买过的占多少，和同行的中位数比：一样得一半，两倍得满分。")
	case score.Disclosure:
		return i18n.T(ctx, "季末三公开按时的项数，三项都按时得满分。")
	}
	return i18n.T(ctx, "本季参加培训的次数，到 %d 次得满分。", w.TrainingPerQuarter)
}

// explained are the parts of a score in the words of its shop. k is the least number of
// people who are counted out.
func explained(ctx context.Context, s *score.Score, run *score.Run, shopHref string, k int) (all []partView) {
	fact := func(n score.Name, text string) ui.Fact { return ui.Fact{Name: score.InputName(n).In(ctx), Text: text} }
	people := func(n int64) string { return i18n.T(ctx, "%d 人", n) }
	for _, p := range score.Parts {
		g := s.Grades[p]
		v := partView{Part: p, Name: score.PartName(p).In(ctx), Points: g.Points, Of: run.Weights.Parts[p], Formula: formula(ctx, p, &run.Weights)}
		switch p {
		case score.Offer:
			v.Facts = []ui.Fact{fact(score.InSales, i18n.T(ctx, "%s 元", ui.Yuan(s.Sales))), fact(score.InOffers, i18n.T(ctx, "%s 元", ui.Yuan(s.Offers))), {Name: i18n.T(ctx, "占"), Text: percent(g.Rate)}}
			v.Rows = ui.Link{Href: shopHref + "/statement?month=" + run.Quarter.String(), Text: i18n.T(ctx, "看每一笔")}
		case score.Recommend:
			v.Facts = []ui.Fact{fact(score.InRecommended, people(int64(s.Recommended))), {Name: i18n.T(ctx, "这个季度要"), Text: people(int64(run.Weights.RecommendedMembers * min(3, max(1, s.Months))))}}
		case score.Repurchase:
			v.Facts = crowd(ctx, fact(score.InBuyers, ""), fact(score.InReturning, ""), s.Buyers, s.Returning, k, g)
		case score.Reach:
			v.Facts = crowd(ctx, ui.Fact{Name: i18n.T(ctx, "资格有效的会员")}, fact(score.InServed, ""), run.Input.Members, s.Served, k, g)
		case score.Disclosure:
			v.Facts = []ui.Fact{fact(score.InDisclosures, i18n.T(ctx, "%d / 3", s.Disclosures))}
			v.Rows = ui.Link{Href: shopHref + "/duty/disclosures", Text: i18n.T(ctx, "看三公开")}
		case score.Training:
			v.Facts = []ui.Fact{fact(score.InAttended, i18n.T(ctx, "%d 次", s.Attended))}
			v.Rows = ui.Link{Href: shopHref + "/training", Text: i18n.T(ctx, "看培训会")}
		}
		all = append(all, v)
	}
	return all
}

// crowd says how many of how many, unless a group is so small that somebody could be
// recognised in it (C7).
func crowd(ctx context.Context, all, some ui.Fact, of, n int64, k int, g score.Grade) []ui.Fact {
	small := func(v int64) bool { return v > 0 && v < int64(k) }
	if small(of) || small(n) || small(of-n) {
		few := i18n.T(ctx, "有一组不到 %d 人，不写出来", k)
		all.Text, some.Text = few, few
		return []ui.Fact{all, some}
	}
	all.Text, some.Text = i18n.T(ctx, "%d 人", of), i18n.T(ctx, "%d 人", n)
	beside := ui.Fact{Name: i18n.T(ctx, "同行的中位数"), Text: percent(g.Beside)}
	if g.Alone {
		beside.Name = i18n.T(ctx, "全部店的中位数")
	}
	return []ui.Fact{all, some, {Name: i18n.T(ctx, "占"), Text: percent(g.Rate)}, beside}
}

// weightLines are the numbers that rank, as the public reads them.
func weightLines(ctx context.Context, w *score.Weights) (lines []ui.Line) {
	for _, p := range score.Parts {
		lines = append(lines, ui.Line{Text: score.PartName(p).In(ctx), Note: formula(ctx, p, w), Num: strconv.Itoa(w.Parts[p])})
	}
	return append(lines, ui.Line{Text: i18n.T(ctx, "每一次成立的违约"), Num: "−" + strconv.Itoa(w.BreachPoints)}, ui.Line{Text: i18n.T(ctx, "满分"), Num: strconv.Itoa(1000), Total: true})
}

// lastWords says who loses a seat, with the community's numbers.
func lastWords(ctx context.Context, w *score.Weights) string {
	return i18n.T(ctx, "入席满 %d 个月的店参加排名。排在最后的 %s（向下取整）让出席位，重新开放申请；同分压在线上的都留下；排名的店不到 %d 家，没有店让。", w.Months, w.BottomShare.Percent(), w.Least)
}
