require 'faraday'

class FrameIO
  def initialize(config)
    @http = Faraday.new(url: "#{config['url']}/#{config['version']}") do |f|
      f.request :json
      f.response :json
      f.headers['Authorization'] = "Bearer #{config['token']}"
    end
  end

  def upload(folder, path)
    asset = @http.post("assets/#{folder}/children", {
      type: 'file', name: File.basename(path), filesize: File.size(path), filetype: 'video/mp4'
    }).body
    size = (File.size(path).to_f / asset['upload_urls'].size).ceil
    File.open(path, 'rb') do |io|
      asset['upload_urls'].each { |url| Faraday.put(url, io.read(size), 'x-amz-acl' => 'private') }
    end
  end

  def share(project, name, assets)
    link = @http.post("projects/#{project}/review_links", { name: name }).body
    @http.post("review_links/#{link['id']}/assets", { asset_ids: assets })
    link['short_url']
  end

  def approve(asset)
    @http.put("assets/#{asset}", { label: 'approved' })
  end
end
