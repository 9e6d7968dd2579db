package flow

import (
	"context"
	"errors"
	"strconv"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/privacy"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
)

func (t *teller) profile(ctx context.Context, r db.Reader) error {
	p, err := t.flows.People.ByID(ctx, r, t.person)
	if err != nil {
		return err
	}
	born := ""
	if p.BirthYear != 0 {
		born = strconv.Itoa(p.BirthYear)
	}
	t.add(Chapter{
		File: "profile.json", Title: i18n.T(ctx, "我的资料"), Columns: []string{i18n.T(ctx, "项目"), i18n.T(ctx, "内容")},
		Rows: [][]string{
			{i18n.T(ctx, "名字"), p.Name}, {i18n.T(ctx, "手机号"), p.Phone}, {i18n.T(ctx, "出生年份"), born}, {i18n.T(ctx, "注册时间"), t.stamp(p.CreatedAt)},
		},
		Data: map[string]any{"id": p.ID, "name": p.Name, "address_form": p.Form, "phone": p.Phone, "birth_year": p.BirthYear, "lang": p.Lang, "theme": p.Theme, "created_at": p.CreatedAt},
	})
	return nil
}

func (t *teller) grants(ctx context.Context, r db.Reader) error {
	all, err := t.flows.Access.Of(ctx, r, t.person)
	if err != nil {
		return err
	}
	type grant struct {
		Role      authz.Role `json:"role"`
		From      time.Time  `json:"from"`
		Until     time.Time  `json:"until,omitzero"`
		Grantor   string     `json:"grantor"`
		Reason    string     `json:"reason"`
		EndedAt   time.Time  `json:"ended_at,omitzero"`
		EndedBy   string     `json:"ended_by,omitempty"`
		EndReason string     `json:"end_reason,omitempty"`
	}
	c := Chapter{File: "roles.json", Title: i18n.T(ctx, "我的身份"), Shares: []int{14, 11, 11, 12, 22},
		Columns: []string{i18n.T(ctx, "身份"), i18n.T(ctx, "从"), i18n.T(ctx, "到"), i18n.T(ctx, "由谁授予"), i18n.T(ctx, "理由")}}
	data := make([]grant, 0, len(all))
	for _, g := range all {
		d := grant{Role: g.Role, From: g.From, Until: g.Until, Reason: g.Reason}
		if d.Grantor, err = t.by(ctx, r, g.Grantor); err != nil {
			return err
		}
		until := g.Until
		if g.Ended != nil {
			d.EndedAt, d.EndReason, until = g.Ended.At, g.Ended.Reason, g.Ended.At
			if d.EndedBy, err = t.by(ctx, r, g.Ended.By); err != nil {
				return err
			}
		}
		data = append(data, d)
		c.Rows = append(c.Rows, []string{access.Name(g.Role).In(ctx), t.day(g.From), t.day(until), d.Grantor, g.Reason})
	}
	c.Data = data
	t.add(c)
	return nil
}

// by names who gave or ended a role.
func (t *teller) by(ctx context.Context, r db.Reader, by string) (string, error) {
	who, ok := access.PersonIn(by)
	if !ok && by != "" && by != "system" {
		return by, nil // a program, by what it is
	}
	names, err := t.flows.Names(ctx, r, who)
	return names[who], err
}

func (t *teller) devices(ctx context.Context, r db.Reader) error {
	all, err := t.flows.SignIn.Devices(ctx, r, t.person, t.now)
	if err != nil {
		return err
	}
	type device struct {
		Browser string    `json:"browser"`
		System  string    `json:"system"`
		Network string    `json:"network"`
		MadeAt  time.Time `json:"signed_in_at"`
		UsedAt  time.Time `json:"used_at"`
	}
	c := Chapter{File: "devices.json", Title: i18n.T(ctx, "登录着的设备"),
		Columns: []string{i18n.T(ctx, "浏览器"), i18n.T(ctx, "系统"), i18n.T(ctx, "网络"), i18n.T(ctx, "登录时间"), i18n.T(ctx, "最近使用")}}
	data := make([]device, 0, len(all))
	for _, s := range all {
		data = append(data, device{s.Browser, s.System, s.Network, s.MadeAt, s.UsedAt})
		c.Rows = append(c.Rows, []string{s.Browser, s.System, s.Network, t.stamp(s.MadeAt), t.stamp(s.UsedAt)})
	}
	c.Data = data
	t.add(c)
	return nil
}

// keys tells by what else than her number she signs in. A key itself is no secret,
// and nobody can use it but her device: its name is told, not what it holds.
func (t *teller) keys(ctx context.Context, r db.Reader) error {
	keys, err := t.flows.SignIn.Passkeys(ctx, r, t.person)
	if err != nil {
		return err
	}
	type passkey struct {
		Name   string    `json:"name"`
		MadeAt time.Time `json:"made_at"`
		UsedAt time.Time `json:"used_at"`
	}
	c := Chapter{File: "passkeys.json", Title: i18n.T(ctx, "我的通行密钥"), Columns: []string{i18n.T(ctx, "名字"), i18n.T(ctx, "登记时间"), i18n.T(ctx, "最近使用")}}
	data := make([]passkey, 0, len(keys))
	for _, k := range keys {
		data = append(data, passkey{k.Name, k.MadeAt, k.UsedAt})
		c.Rows = append(c.Rows, []string{k.Name, t.stamp(k.MadeAt), t.stamp(k.UsedAt)})
	}
	c.Data = data
	t.add(c)
	links, err := t.flows.SignIn.WeChats(ctx, r, t.person)
	if err != nil {
		return err
	}
	type account struct {
		LinkedAt time.Time `json:"linked_at"`
	}
	c = Chapter{File: "wechat.json", Title: i18n.T(ctx, "绑定的微信"), Columns: []string{i18n.T(ctx, "绑定时间")}}
	bound := make([]account, 0, len(links))
	for _, l := range links {
		bound = append(bound, account{l.LinkedAt})
		c.Rows = append(c.Rows, []string{t.stamp(l.LinkedAt)})
	}
	c.Data = bound
	t.add(c)
	return nil
}

func (t *teller) purposes(ctx context.Context, r db.Reader) error {
	consents, err := t.flows.Privacy.Consents(ctx, r, t.person)
	if err != nil {
		return err
	}
	c := Chapter{File: "consents.json", Title: i18n.T(ctx, "我同意过的用途"), Data: append([]privacy.Consent{}, consents...), Columns: []string{i18n.T(ctx, "用途"), i18n.T(ctx, "同意时间"), i18n.T(ctx, "撤回时间")}}
	for _, x := range consents {
		c.Rows = append(c.Rows, []string{privacy.PurposeName(x.Purpose).In(ctx), t.stamp(x.GivenAt), t.stamp(x.WithdrawnAt)})
	}
	t.add(c)
	return nil
}

// readsAtOnce is how many looks one question reads.
const readsAtOnce = 500

func (t *teller) reads(ctx context.Context, r db.Reader) error {
	c := Chapter{File: "reads.json", Title: i18n.T(ctx, "谁看过我的资料"), Columns: []string{i18n.T(ctx, "时间"), i18n.T(ctx, "身份"), i18n.T(ctx, "看了什么"), i18n.T(ctx, "理由")}}
	data := make([]privacy.Read, 0, 16)
	for before := (id.ID{}); ; {
		some, err := t.flows.Privacy.Reads(ctx, r, t.person, before, readsAtOnce)
		if err != nil {
			return err
		}
		data = append(data, some...)
		if len(some) < readsAtOnce {
			break
		}
		before = some[len(some)-1].ID
	}
	for _, x := range data {
		c.Rows = append(c.Rows, []string{t.stamp(x.At), access.Name(authz.Role(x.Role)).In(ctx), privacy.LookName(x.What).In(ctx), privacy.Reason(ctx, x.Why)})
	}
	c.Data = data
	t.add(c)
	return nil
}

// erasure tells her wish to be forgotten, while it waits.
func (t *teller) erasure(ctx context.Context, r db.Reader) error {
	type erasure struct {
		AskedAt time.Time `json:"asked_at"`
		DueAt   time.Time `json:"due_at"`
	}
	c := Chapter{File: "erasure.json", Title: i18n.T(ctx, "等着删除的资料"), Columns: []string{i18n.T(ctx, "提出时间"), i18n.T(ctx, "删除时间")}}
	data := make([]erasure, 0, 1)
	e, err := t.flows.Privacy.Asked(ctx, r, t.person)
	if err != nil && !errors.Is(err, privacy.ErrNotAsked) {
		return err
	}
	if err == nil {
		data = append(data, erasure{e.AskedAt, e.DueAt})
		c.Rows = append(c.Rows, []string{t.stamp(e.AskedAt), t.stamp(e.DueAt)})
	}
	c.Data = data
	t.add(c)
	return nil
}
