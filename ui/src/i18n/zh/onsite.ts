/** 出发前和现场另外要用的话：打开工单时才取，首屏用不着。 */
export default {
  onsite: {
    take: {
      title: '随身带上',
      hint: '按报修现象推荐，不是诊断',
      have: '身上有 {count}',
      none: '身上没有',
      tools: '工具：{list}',
    },
    script: {
      title: '先在电话里说：{name}',
      readOut: '照着念，一条一条来',
      never: '千万不要',
      first: '先打这些电话：{list}',
      dial: '拨 {number}',
      noted: '说完了，记下',
    },
    clock: {
      stopped: '停表中：{reason}',
    },
    remarks: '备注',
    late: {
      title: '补录节点',
      hint: '忘了点的，写上真实时间；系统同时记下录入时间。',
      which: '补哪一步',
      leave: '离开',
      save: '补录',
      saved: '已补录：{step}',
      finish: '不是刚完工的（补录）',
    },
    sheet: {
      last: '照上次填（{day}）',
      lastHint: '会填：{list}。不填测量值。',
      lastDone: '已照上次填 {count} 项',
      tools: '工具：{list}',
      more: '其他可能，{count} 种',
      likelyParts: '按现象常用',
      otherParts: '这类机器的其他配件',
      outdoor: '外机机号',
    },
    card: { scan: '扫码拨打{name}' },
  },
  words: {
    mend: { pause: '停表', resume: '续表', appointment: '预约', remark: '备注', unit_serial: '外机机号' },
    input: {
      stop_reason: '等什么',
      result: '联系结果',
      when_day: '哪天',
      from: '几点起',
      to: '到几点',
      outdoor_serial: '外机机号',
    },
    pauseReason: { goods: '等货', parts: '等配件', rectification: '等用户整改' },
    appointment: { appointed: '约好了', failed: '没约上', rebooked: '改约', passed_on: '转派' },
  },
};
